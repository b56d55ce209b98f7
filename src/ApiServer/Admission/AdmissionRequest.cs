using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Admission;

/// <summary>What is about to happen.</summary>
internal enum AdmissionOperation
{
    /// <summary>A new object.</summary>
    Create,

    /// <summary>A change of an object, by PUT or PATCH.</summary>
    Update,

    /// <summary>A delete.</summary>
    Delete,
}

/// <summary>A request as admission sees it: authorized, decoded, defaulted, not yet validated.</summary>
/// <param name="Context">Who asks, and where warnings go.</param>
/// <param name="Operation">What is about to happen.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Subresource">"", "status", "binding", ...</param>
/// <param name="Namespace">"" for cluster scope.</param>
/// <param name="Name">The object's name; generated already.</param>
/// <param name="Object">The new state, to be changed by mutating plugins; null for deletes.</param>
/// <param name="Existing">The stored state, shared; null for creates.</param>
internal sealed record AdmissionRequest(
    RequestContext Context, AdmissionOperation Operation, ApiKind Kind, string Subresource, string Namespace, string Name,
    IApiObject? Object, IApiObject? Existing);
