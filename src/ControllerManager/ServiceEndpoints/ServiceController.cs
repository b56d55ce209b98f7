using MiniK8s.Client.Informers;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>A controller that looks at a service again whenever it, or a pod it selects or selected, has changed.</summary>
internal abstract class ServiceController : KeyController
{
    protected ServiceController(string name, InformerSet informers, TimeProvider time, ILoggerFactory loggers)
        : base(name, workers: 5, time, loggers)
    {
        Services = informers.Of<Service>().Cache;
        Pods = informers.Of<Pod>().Cache;
        informers.Of<Service>().AddHandler(InformerHandler.ForAny<Service>(service => Queue.Add(ObjectKey.Of(service))));
        informers.Of<Pod>().AddHandler(InformerHandler.For<Pod>(
            added => AddServicesOf(added),
            (old, current) =>
            {
                if (!Matters(old, current)) return;
                AddServicesOf(old);
                AddServicesOf(current);
            },
            last => AddServicesOf(last)));
    }

    protected IndexedCache<Service> Services { get; }

    protected IndexedCache<Pod> Pods { get; }

    private void AddServicesOf(Pod pod)
    {
        foreach (var service in Services.ListNamespace(pod.Metadata.Namespace))
        {
            if (service.Selects(pod)) Queue.Add(ObjectKey.Of(service));
        }
    }

    // What endpoints are made of; most pod updates change none of it.
    private static bool Matters(Pod old, Pod current) =>
        old.Metadata.Uid != current.Metadata.Uid
        || (old.Metadata.DeletionTimestamp is null) != (current.Metadata.DeletionTimestamp is null)
        || old.IsReady() != current.IsReady()
        || old.Status?.Phase != current.Status?.Phase
        || old.Status?.PodIp != current.Status?.PodIp
        || !old.Metadata.Labels.Equals(current.Metadata.Labels);
}
