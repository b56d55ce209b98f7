using Microsoft.Extensions.Logging;

using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

/// <summary>Makes informers over one apiserver; who makes one runs it.</summary>
public sealed class InformerFactory(IApiClient api, InformerOptions options, TimeProvider time, Random random, ILoggerFactory loggers)
{
    /// <summary>An informer on the objects that the filter lets through; all of the kind by default.</summary>
    /// <param name="filter">What the server is asked for.</param>
    /// <param name="trim">Takes away from each object what nobody here looks at, as soon as it comes: of a long list, page by page.</param>
    public SharedInformer<T> Create<T>(ObjectFilter? filter = null, Action<T>? trim = null)
        where T : class, IApiObject =>
        new(new ResourceListerWatcher<T>(api.Resource<T>(), filter ?? new ObjectFilter(), random, trim),
            options, time, random, loggers.CreateLogger<SharedInformer<T>>());
}
