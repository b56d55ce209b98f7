namespace MiniK8s.Api.Validation;

/// <summary>How much of resolv.conf a resolver can be trusted to read. Source: pkg/apis/core/validation of Kubernetes 1.32.</summary>
public static class DnsLimits
{
    /// <summary>Name servers.</summary>
    public const int Nameservers = 3;

    /// <summary>Domains in the search list.</summary>
    public const int Searches = 32;

    /// <summary>Characters of the search list, the spaces between its domains included.</summary>
    public const int SearchCharacters = 2048;

    /// <summary>Characters of one domain of it; glibc 2.28 aborts at longer ones.</summary>
    public const int DomainCharacters = 253;
}
