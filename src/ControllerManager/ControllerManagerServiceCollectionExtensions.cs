using MiniK8s.Client;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.LeaderElection;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.ControllerManager.Namespaces;
using MiniK8s.ControllerManager.NodeLifecycle;
using MiniK8s.ControllerManager.PodGarbage;
using MiniK8s.ControllerManager.RootCertificates;
using MiniK8s.ControllerManager.ServiceAccounts;
using MiniK8s.ControllerManager.ServiceEndpoints;
using MiniK8s.ControllerManager.TaintEviction;

namespace MiniK8s.ControllerManager;

/// <summary>The controller-manager's rooms.</summary>
internal static class ControllerManagerServiceCollectionExtensions
{
    public static IServiceCollection AddControllerManager(this IServiceCollection services, ControllerManagerOptions options) => services
        .AddApiClient(options.Kubeconfig, "kube-controller-manager")
        .AddEventRecorder(new EventSourceOptions { Component = "controller-manager" })
        .AddLeaderElection("kube-controller-manager")
        .AddSingleton(_ => KubeConfig.Load(options.Kubeconfig))
        .AddSingleton(provider => new InformerSet(provider.GetRequiredService<InformerFactory>()))
        .AddSingleton(provider => NamespaceContent.All(provider.GetRequiredService<IApiClient>()))
        .AddSingleton<IController, ServiceAccountController>()
        .AddSingleton<IController, RootCertificateController>()
        .AddSingleton<IController, NamespaceController>()
        .AddSingleton<IController, EndpointsController>()
        .AddSingleton<IController, EndpointSliceController>()
        .AddSingleton<IController, NodeLifecycleController>()
        .AddSingleton<IController, TaintEvictionController>()
        .AddSingleton<IController, PodGarbageController>()
        .AddHostedService<ControllerManagerService>();
}
