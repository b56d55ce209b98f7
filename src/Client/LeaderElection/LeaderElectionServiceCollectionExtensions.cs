using Microsoft.Extensions.DependencyInjection;

namespace MiniK8s.Client.LeaderElection;

/// <summary>Registers the election in a process.</summary>
public static class LeaderElectionServiceCollectionExtensions
{
    /// <summary>Adds <see cref="LeaderElector"/>; the process binds <see cref="LeaderElectionOptions"/> and has an API client and an event recorder.</summary>
    /// <param name="services">The process's.</param>
    /// <param name="component">Its name, and so its lease's: <c>kube-scheduler</c>.</param>
    public static IServiceCollection AddLeaderElection(this IServiceCollection services, string component) =>
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LeaderElector>(provider, component, new Random()));
}
