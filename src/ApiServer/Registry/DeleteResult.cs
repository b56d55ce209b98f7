using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The object's last state.</summary>
/// <param name="Object">As stored, or as it was when it went.</param>
/// <param name="Removed">It left the storage with this request; false while a grace period or finalizers keep it.</param>
internal sealed record DeleteResult(IApiObject Object, bool Removed);
