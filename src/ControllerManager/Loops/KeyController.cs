using MiniK8s.Client.Controllers;
using MiniK8s.Client.Informers;
using MiniK8s.Client.WorkQueue;

namespace MiniK8s.ControllerManager.Loops;

/// <summary>A controller that looks at one object after another.</summary>
internal abstract class KeyController(string name, int workers, TimeProvider time, ILoggerFactory loggers) : IController, IReconciler<ObjectKey>
{
    /// <summary>The objects to look at.</summary>
    protected WorkQueue<ObjectKey> Queue { get; } = new(time);

    /// <inheritdoc />
    public async Task RunAsync(CancellationToken stopping)
    {
        using (Queue)
        {
            await new ControllerLoop<ObjectKey>(name, Queue, this, workers, loggers.CreateLogger<ControllerLoop<ObjectKey>>()).RunAsync(stopping);
        }
    }

    /// <inheritdoc />
    public abstract Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct);
}
