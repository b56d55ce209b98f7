using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Rest.Negotiation;

/// <summary>What a client wants to see of an object.</summary>
internal enum Projection
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>A row of a printed table.</summary>
    Table,

    /// <summary>Only its metadata.</summary>
    Metadata,
}

/// <summary>How an answer is to be written.</summary>
/// <param name="MetaVersion">v1 or v1beta1: the version of meta.k8s.io that a table or metadata is written in.</param>
internal sealed record ResponseForm(ApiEncoding Encoding, Projection Projection = Projection.Whole, string MetaVersion = "v1")
{
    /// <summary>What answers without any wish are: JSON, whole.</summary>
    public static ResponseForm Default { get; } = new(ApiEncoding.Json);

    private static readonly string[] StreamTypes = [$"{MediaTypes.Json};stream=watch", $"{MediaTypes.Protobuf};stream=watch"];

    /// <summary>A watch's answer is to be called one: the client said <c>stream=watch</c>.</summary>
    public bool IsNamedStream { get; init; }

    /// <summary>The first wish of an Accept header that can be fulfilled.</summary>
    /// <param name="accept">The header.</param>
    /// <param name="hasTable">Whether the kind is ever printed; what is asked and answered at once is not.</param>
    /// <exception cref="ApiException">406: there is none.</exception>
    public static ResponseForm ForObjects(string? accept, bool hasTable = true) =>
        Choose(accept, form => hasTable || form.Projection != Projection.Table) ?? throw StatusErrors.NotAcceptable(MediaTypes.Bodies);

    /// <summary>The same for watches, which are not written as YAML.</summary>
    /// <exception cref="ApiException">406: there is none.</exception>
    public static ResponseForm ForStreams(string? accept) =>
        Choose(accept, form => form.Encoding != ApiEncoding.Yaml) ?? throw StatusErrors.NotAcceptable(StreamTypes);

    private static ResponseForm? Choose(string? accept, Func<ResponseForm, bool>? allowed = null)
    {
        if (string.IsNullOrWhiteSpace(accept)) return Default;

        return MediaRange.ParseAccept(accept)
            .SelectMany(range => Encodings(range).Select(encoding => Of(encoding, range)))
            .FirstOrDefault(form => form is not null && allowed?.Invoke(form) != false);
    }

    private static IEnumerable<ApiEncoding> Encodings(MediaRange range) =>
        Enum.GetValues<ApiEncoding>().Where(encoding => range.Matches(MediaTypes.Of(encoding)));

    // "as" names a kind of the group g in the version v. One that is not known passes the choice on to the next clause.
    private static ResponseForm? Of(ApiEncoding encoding, MediaRange range) =>
        Projected(encoding, range) is { } form ? form with { IsNamedStream = range["stream"] == "watch" } : null;

    private static ResponseForm? Projected(ApiEncoding encoding, MediaRange range) => (range["as"], range["g"], range["v"]) switch
    {
        ("", _, _) => new(encoding),
        ("Table", "meta.k8s.io", "v1" or "v1beta1") when encoding != ApiEncoding.Protobuf => new(encoding, Projection.Table, range["v"]),
        ("PartialObjectMetadata" or "PartialObjectMetadataList", "meta.k8s.io", "v1" or "v1beta1") =>
            new(encoding, Projection.Metadata, range["v"]),
        _ => null,
    };
}
