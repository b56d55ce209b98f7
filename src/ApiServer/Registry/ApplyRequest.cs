using MiniK8s.Api.ManagedFields;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>A server-side apply.</summary>
/// <param name="Configuration">What the manager wants to have.</param>
/// <param name="Options">The manager, force and dry run; checked.</param>
/// <param name="MayCreate">Called before an absent object is created; throws where the user may patch but not create.</param>
internal sealed record ApplyRequest(ApplyConfiguration Configuration, PatchOptions Options, Action MayCreate);
