namespace MiniK8s.Client.Controllers;

/// <summary>Brings the part of the world that a key names to what is wanted of it.</summary>
public interface IReconciler<in TKey>
{
    /// <summary>Looks at the whole state of the key and acts on what it finds, never on why it was called.</summary>
    /// <remarks>An exception means: not done, try again later. A key whose object is gone is a key to clean up, not an error.</remarks>
    Task<Requeue> ReconcileAsync(TKey key, CancellationToken ct);
}
