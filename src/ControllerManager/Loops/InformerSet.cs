using MiniK8s.Client.Informers;
using MiniK8s.Protocol;

namespace MiniK8s.ControllerManager.Loops;

/// <summary>One informer per kind, shared by all controllers. Ask for them, add handlers, then run the set once.</summary>
internal sealed class InformerSet(Func<Type, IInformerSlot> create)
{
    private readonly Dictionary<Type, IInformerSlot> _slots = [];

    public InformerSet(InformerFactory factory)
        : this(kind => (IInformerSlot)Activator.CreateInstance(typeof(InformerSlot<>).MakeGenericType(kind), factory)!)
    {
    }

    /// <summary>Done when every handler has been told of the first lists.</summary>
    public Task Synced => Task.WhenAll(_slots.Values.Select(slot => slot.Synced));

    public SharedInformer<T> Of<T>()
        where T : class, IApiObject
    {
        if (!_slots.TryGetValue(typeof(T), out var slot)) _slots.Add(typeof(T), slot = create(typeof(T)));
        return ((InformerSlot<T>)slot).Informer;
    }

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_slots.Values.Select(slot => slot.RunAsync(stopping)));
}

internal interface IInformerSlot
{
    Task Synced { get; }

    Task RunAsync(CancellationToken stopping);
}

internal sealed class InformerSlot<T>(SharedInformer<T> informer) : IInformerSlot
    where T : class, IApiObject
{
    public InformerSlot(InformerFactory factory)
        : this(factory.Create<T>())
    {
    }

    public SharedInformer<T> Informer => informer;

    public Task Synced => informer.Synced;

    public Task RunAsync(CancellationToken stopping) => informer.RunAsync(stopping);
}
