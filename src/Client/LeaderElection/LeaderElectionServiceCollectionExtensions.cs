using Microsoft.Extensions.DependencyInjection;

namespace MiniK8s.Client.LeaderElection;

/// <summary>Registers the election in a process.</summary>
public static class LeaderElectionServiceCollectionExtensions
{
    /// <summary>Adds <see cref="LeaderElector"/>; the process binds <see cref="LeaderElectionOptions"/> and has an API client and an event recorder.</summary>
    /// <param name="services">The process's.</param>
    /// <param name="component">Its name, and so its lease's: <c>kube-scheduler</c>.</param>
    /// <param name="configure">What is said elsewhere than by flags.</param>
    public static IServiceCollection AddLeaderElection(this IServiceCollection services, string component, Action<LeaderElectionOptions>? configure = null) =>
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<LeaderElectionOptions>();
            configure?.Invoke(options);
            return ActivatorUtilities.CreateInstance<LeaderElector>(provider, options, component, new Random());
        });
}
