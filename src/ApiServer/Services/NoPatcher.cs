using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Services;

/// <summary>Until patches can be applied: every patch is refused (405).</summary>
internal sealed class NoPatcher : IPatcher
{
    /// <inheritdoc/>
    public IApiObject Apply(ApiKind kind, IApiObject? current, PatchRequest patch) =>
        throw StatusErrors.MethodNotSupported(kind.GroupResource, "patch");
}
