namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>The other side does not keep to SPDY/3.1, or to our limits; the connection is over.</summary>
internal sealed class SpdyException(string message, Exception? cause = null) : IOException(message, cause);
