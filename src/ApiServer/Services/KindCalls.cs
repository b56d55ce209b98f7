using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Scales;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Services;

/// <summary>The gRPC face: every kind's verbs over the registry, authorized like REST.</summary>
internal sealed class KindCalls(
    IResourceRegistries registries, IPodBinder binder, IPodEvictor evictor, ITokenRequests tokens, RequestGate gate, SlowClients slow, ObjectPatching patching)
{
    /// <summary>Create.</summary>
    public async Task<IMessage> CreateAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var obj = request.Object(kind);
        var ns = NamespaceOf(kind, request, obj);
        var context = Authorize(call, new("create", kind.Group, kind.Plural, "", ns, ""));
        var options = request.Options<CreateOptions>();
        OptionChecks.Write("CreateOptions", options.DryRun, options.FieldManager, options.FieldValidation);
        return await registries.Of(kind).CreateAsync(context, ns, obj, options, call.CancellationToken);
    }

    /// <summary>Get.</summary>
    public async Task<IMessage> GetAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, name) = (NamespaceOf(kind, request), request.Name());
        var context = Authorize(call, new("get", kind.Group, kind.Plural, "", ns, name));
        return await registries.Of(kind).GetAsync(context, ns, name, request.Options<GetOptions>(), call.CancellationToken);
    }

    /// <summary>List.</summary>
    public async Task<IMessage> ListAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, options) = (NamespaceOf(kind, request), request.Options<ListOptions>());
        var context = Authorize(call, new("list", kind.Group, kind.Plural, "", ns, "") { FieldSelector = options.FieldSelector });
        return ListOf(kind, await registries.Of(kind).ListAsync(context, ns, options, call.CancellationToken));
    }

    /// <summary>Watch: events until the client goes, the time is up, or the watch cannot go on.</summary>
    public async Task WatchAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, options) = (NamespaceOf(kind, request), request.Options<ListOptions>());
        var context = Authorize(call, new("watch", kind.Group, kind.Plural, "", ns, "") { FieldSelector = options.FieldSelector });
        // The client learns that its watch stands before anything happens.
        await call.WriteResponseHeadersAsync([]);
        await using var body = slow.Body(call.GetHttpContext(), call.CancellationToken);
        await foreach (var changes in registries.Of(kind).WatchAsync(context, ns, options, call.CancellationToken))
        {
            foreach (var change in changes) await body.WriteAsync(EncodedEvent.Of(change));
            body.Flush();
        }
        call.CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Update, and the subresources that are updates.</summary>
    public async Task<IMessage> UpdateAsync(ApiKind kind, string subresource, IMessage request, ServerCallContext call)
    {
        var obj = request.Object(kind);
        var (ns, name) = (NamespaceOf(kind, request, obj), obj.Metadata.Name);
        var context = Authorize(call, new("update", kind.Group, kind.Plural, subresource, ns, name));
        var options = request.Options<UpdateOptions>();
        OptionChecks.Write("UpdateOptions", options.DryRun, options.FieldManager, options.FieldValidation);
        var result = await registries.Of(kind).UpdateAsync(context, ns, name, subresource, _ => obj, options, call.CancellationToken);
        return result.Object;
    }

    /// <summary>GetScale, of kinds that have one.</summary>
    public async Task<IMessage> GetScaleAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, name) = (NamespaceOf(kind, request), request.Name());
        var context = Authorize(call, new("get", kind.Group, kind.Plural, "scale", ns, name));
        return await new ScaleRegistry(registries.Of(kind)).GetAsync(context, ns, name, request.Options<GetOptions>(), call.CancellationToken);
    }

    /// <summary>UpdateScale, of kinds that have one.</summary>
    public async Task<IMessage> UpdateScaleAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var scale = request.Object(SubresourceKinds.Scale, "scale");
        var (ns, name) = (NamespaceOf(kind, request, scale), scale.Metadata.Name);
        var context = Authorize(call, new("update", kind.Group, kind.Plural, "scale", ns, name));
        var result = await new ScaleRegistry(registries.Of(kind)).UpdateAsync(
            context, ns, name, "scale", _ => scale, request.Options<UpdateOptions>(), call.CancellationToken);
        return result.Object;
    }

    /// <summary>CreateToken, of service accounts.</summary>
    public async Task<IMessage> CreateTokenAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var wanted = (TokenRequest)request.Object(SubresourceKinds.TokenRequest, "token_request");
        var (ns, name) = (NamespaceOf(kind, request, wanted), wanted.Metadata.Name);
        var context = Authorize(call, new("create", kind.Group, kind.Plural, "token", ns, name));
        var options = request.Options<CreateOptions>();
        OptionChecks.Write("CreateOptions", options.DryRun, options.FieldManager, options.FieldValidation);
        return await tokens.IssueAsync(context, ns, name, wanted, options, call.CancellationToken);
    }

    /// <summary>Patch.</summary>
    public async Task<IMessage> PatchAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var patch = (PatchRequest)request;
        var ns = NamespaceOf(kind, request);
        var context = Authorize(call, new("patch", kind.Group, kind.Plural, patch.Subresource, ns, patch.Name));
        // What is answered is the whole object, so only views that are whole objects can be patched here.
        if (patch.Subresource.Length > 0 && (patch.Subresource == "scale" || !IsWritten(kind, patch.Subresource))) throw StatusErrors.UnknownPath();
        var (type, document) = Patching.Read(patch);
        var options = patch.Options ?? new();
        OptionChecks.Patch(options, isApply: type == Api.Patches.PatchType.Apply);
        var target = new PatchTarget(ns, patch.Name, patch.Subresource);
        return (await patching.PatchAsync(registries.Of(kind), context, target, type, document, options, call.CancellationToken)).Object;
    }

    // REST only updates finalize; here a patch is its one way.
    private static bool IsWritten(ApiKind kind, string subresource) =>
        kind.Subresources.Contains(subresource) && Subresource.Of(subresource).Verbs.Any(verb => verb is "patch" or "update");

    /// <summary>Delete.</summary>
    public async Task<IMessage> DeleteAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, name) = (NamespaceOf(kind, request), request.Name());
        var context = Authorize(call, new("delete", kind.Group, kind.Plural, "", ns, name));
        return (await registries.Of(kind).DeleteAsync(context, ns, name, request.Options<DeleteOptions>(), call.CancellationToken)).Object;
    }

    /// <summary>DeleteCollection.</summary>
    public async Task<IMessage> DeleteCollectionAsync(ApiKind kind, IMessage request, ServerCallContext call)
    {
        var (ns, options) = (NamespaceOf(kind, request), request.Options<ListOptions>("list_options"));
        var context = Authorize(call, new("deletecollection", kind.Group, kind.Plural, "", ns, "") { FieldSelector = options.FieldSelector });
        var deleted = await registries.Of(kind).DeleteCollectionAsync(
            context, ns, request.Options<DeleteOptions>(), options, call.CancellationToken);
        return ListOf(kind, deleted);
    }

    /// <summary>Pods/Bind.</summary>
    public async Task<IMessage> BindAsync(IMessage request, ServerCallContext call)
    {
        var bind = (BindRequest)request;
        if (bind.Binding is not { } binding) throw StatusErrors.BadRequest("the request has no binding");
        Normalizer.Normalize(binding);
        var ns = bind.Namespace.Length > 0 ? bind.Namespace : binding.Metadata.Namespace;
        var context = Authorize(call, new("create", "", "pods", "binding", ns, binding.Metadata.Name));
        return await binder.BindAsync(
            context, ns, binding.Metadata.Name, binding, request.Options<CreateOptions>(), call.CancellationToken);
    }

    /// <summary>Pods/Evict.</summary>
    public async Task<IMessage> EvictAsync(IMessage request, ServerCallContext call)
    {
        var evict = (EvictRequest)request;
        if (evict.Eviction is not { } eviction) throw StatusErrors.BadRequest("the request has no eviction");
        Normalizer.Normalize(eviction);
        var ns = evict.Namespace.Length > 0 ? evict.Namespace : eviction.Metadata.Namespace;
        var context = Authorize(call, new("create", "", "pods", "eviction", ns, eviction.Metadata.Name));
        return await evictor.EvictAsync(
            context, ns, eviction.Metadata.Name, eviction, request.Options<CreateOptions>(), call.CancellationToken);
    }

    private RequestContext Authorize(ServerCallContext call, RequestAttributes attributes) => gate.Enter(call.GetHttpContext(), attributes);

    private static string NamespaceOf(ApiKind kind, IMessage request, IApiObject? obj = null)
    {
        if (!kind.Namespaced) return "";
        var ns = request.Namespace();
        return ns.Length > 0 || obj is null ? ns : obj.Metadata.Namespace;
    }

    private static IMessage ListOf(ApiKind kind, ObjectList list)
    {
        var metadata = new ListMeta { ResourceVersion = list.ResourceVersion, Continue = list.Continue };
        if (list.RemainingItemCount is { } remaining) metadata.RemainingItemCount = remaining;
        return kind.NewList(metadata, list.Items);
    }
}
