namespace MiniK8s.Client.Connection;

/// <summary>Says which program calls, before what gRPC says of itself: the apiserver ascribes changes to the name before the slash.</summary>
internal sealed class UserAgentHandler(string component) : DelegatingHandler
{
    private const string Header = "User-Agent";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var transport = request.Headers.TryGetValues(Header, out var values) ? " " + string.Join(' ', values) : "";
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, $"{component}/v1.32{transport}");
        return base.SendAsync(request, cancellationToken);
    }
}
