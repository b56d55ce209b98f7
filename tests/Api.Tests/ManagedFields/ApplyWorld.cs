using System.Text;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Tests.ManagedFields;

/// <summary>One object that several managers write, without a server: no defaults, no validation.</summary>
internal sealed class ApplyWorld<T> where T : class, IApiObject
{
    private readonly ApiKind _kind = ApiKinds.Of<T>();
    private readonly Dictionary<string, FieldScope> _scopes = [];
    private int _second;

    /// <summary>Null before the first write.</summary>
    public T? Live { get; private set; }

    /// <summary>The last written second.</summary>
    public long Now => _second;

    public ApplyWorld<T> Apply(string manager, string yaml, bool force = false, string subresource = "")
    {
        var head = $"apiVersion: {_kind.ApiVersion}\nkind: {_kind.Kind}\n";
        var configuration = ApplyConfiguration.Read(Encoding.UTF8.GetBytes(head + yaml)).Document;
        Store(ServerSideApply.Apply(Scope(subresource), Live ?? _kind.New(), configuration, manager, force, Tick()));
        return this;
    }

    public ApplyWorld<T> Update(string manager, string yaml, string subresource = "")
    {
        var sent = (T)YamlCodec.Decode(Encoding.UTF8.GetBytes(yaml), _kind.Descriptor).Message;
        sent.Metadata.Uid = Live?.Metadata.Uid ?? "";
        if (Live is null) UpdateTracking.Created(Scope(""), sent, manager, Tick());
        else UpdateTracking.Updated(Scope(subresource), Live, sent, manager, Tick());
        Store(sent);
        return this;
    }

    public ApplyWorld<T> Change(string manager, Action<T> change, string subresource = "")
    {
        var sent = (T)_kind.Parse(Google.Protobuf.MessageExtensions.ToByteArray(Live!));
        change(sent);
        UpdateTracking.Updated(Scope(subresource), Live!, sent, manager, Tick());
        Store(sent);
        return this;
    }

    public Protocol.Meta.V1.Status Refused(string manager, string yaml, string subresource = "") =>
        Assert.Throws<ApiException>(() => Apply(manager, yaml, subresource: subresource)).Status;

    /// <summary>Who owns what: <c>a Apply {...}</c>, a line for each manager.</summary>
    public string Owners() => string.Join('\n', Live!.Metadata.ManagedFields.Select(entry =>
        $"{entry.Manager} {entry.Operation}{(entry.Subresource.Length > 0 ? "/" + entry.Subresource : "")} {entry.FieldsV1.Raw.ToStringUtf8()}"));

    /// <summary>Who owns one field.</summary>
    public string OwnersOf(string field) => string.Join(' ', Live!.Metadata.ManagedFields
        .Where(entry => FieldsV1Codec.Decode(entry.FieldsV1.Raw).Contains(FieldNotation.Path(field))).Select(entry => entry.Manager).Order(StringComparer.Ordinal));

    /// <summary>The object without what the server keeps, as JSON.</summary>
    public string Document()
    {
        var copy = (T)_kind.Parse(Google.Protobuf.MessageExtensions.ToByteArray(Live!));
        copy.Metadata = new() { Labels = { copy.Metadata.Labels }, Annotations = { copy.Metadata.Annotations }, Finalizers = { copy.Metadata.Finalizers } };
        return Encoding.UTF8.GetString(JsonCodec.Encode(copy, typeMeta: null)).Replace("\"creationTimestamp\":null", "", StringComparison.Ordinal)
            .Replace("\"", "", StringComparison.Ordinal);
    }

    private void Store(IApiObject obj)
    {
        obj.Metadata.Uid = "u";
        Live = (T)obj;
    }

    private Timestamp Tick() => new() { Seconds = ++_second };

    private FieldScope Scope(string subresource)
    {
        var hasStatus = _kind.Subresources.Contains("status");
        if (!_scopes.TryGetValue(subresource, out var scope))
            _scopes[subresource] = scope = new(_kind, subresource, subresource == "status" ? ["spec"] : hasStatus ? ["status"] : []);
        return scope;
    }
}
