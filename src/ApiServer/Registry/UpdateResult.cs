using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The object as stored, and whether this update created it (201).</summary>
internal sealed record UpdateResult(IApiObject Object, bool Created);
