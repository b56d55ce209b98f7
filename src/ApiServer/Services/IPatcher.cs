using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Services;

/// <summary>Applies a patch document to an object.</summary>
internal interface IPatcher
{
    /// <summary>The patched object, a new one. Refuses patches that cannot be read or applied.</summary>
    IApiObject Apply(ApiKind kind, IApiObject? current, PatchRequest patch);
}
