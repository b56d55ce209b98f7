using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The token subresource of service accounts: makes a token of the account.</summary>
internal interface ITokenRequests
{
    /// <summary>Answers the request with the token in its status. Nothing is stored, so a dry run is no different.</summary>
    Task<TokenRequest> IssueAsync(RequestContext request, string ns, string account, TokenRequest wanted, CreateOptions options, CancellationToken ct);
}
