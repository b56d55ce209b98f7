using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Rest.Streams.WebSockets;

/// <summary>How several streams share one WebSocket: every message begins with the number of its channel.</summary>
/// <param name="Name">The subprotocol; "" where the client names none.</param>
/// <param name="IsBase64">Messages are text: the channel as a digit, then the bytes in base64.</param>
/// <param name="IsStatus">The error channel carries a Status; before v4 it carries a sentence.</param>
/// <param name="HasClose">Channel 255 ends a single channel; before v5 only the whole connection can end.</param>
internal sealed record ChannelProtocol(string Name, bool IsBase64, bool IsStatus, bool HasClose)
{
    /// <summary>What exec and attach are spoken in.</summary>
    public static IReadOnlyList<ChannelProtocol> OfCommands { get; } =
    [
        new("v5.channel.k8s.io", IsBase64: false, IsStatus: true, HasClose: true),
        new("v4.channel.k8s.io", IsBase64: false, IsStatus: true, HasClose: false),
        new("v4.base64.channel.k8s.io", IsBase64: true, IsStatus: true, HasClose: false),
        new("channel.k8s.io", IsBase64: false, IsStatus: false, HasClose: false),
        new("base64.channel.k8s.io", IsBase64: true, IsStatus: false, HasClose: false),
        new("", IsBase64: false, IsStatus: false, HasClose: false),
    ];

    /// <summary>What port-forward is spoken in, besides the tunnel.</summary>
    public static IReadOnlyList<ChannelProtocol> OfPorts { get; } = [.. OfCommands.Where(protocol => protocol.Name is "v4.channel.k8s.io" or "v4.base64.channel.k8s.io" or "")];

    /// <summary>v5 wherever the client offers it, else the first of its own that is known.</summary>
    /// <exception cref="ApiException">403: there is none.</exception>
    public static ChannelProtocol Choose(IList<string> asked, IReadOnlyList<ChannelProtocol> spoken)
    {
        var offered = asked.Count == 0 ? [""] : asked;
        return spoken.FirstOrDefault(protocol => protocol.HasClose && offered.Contains(protocol.Name))
            ?? offered.Select(name => spoken.FirstOrDefault(protocol => protocol.Name == name)).FirstOrDefault(found => found is not null)
            ?? throw Unspoken(asked, spoken.Select(protocol => protocol.Name));
    }

    /// <summary>The refusal (403) of a client with whom there is no common subprotocol.</summary>
    public static ApiException Unspoken(IList<string> asked, IEnumerable<string> spoken) => StatusErrors.Of(StatusReasons.Forbidden,
        $"requested protocol(s) are not supported: [{string.Join(' ', asked)}]; supports [{string.Join(' ', spoken)}]");
}
