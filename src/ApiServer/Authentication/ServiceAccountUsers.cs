namespace MiniK8s.ApiServer.Authentication;

/// <summary>How service accounts are called as users.</summary>
/// <remarks>Source: k8s.io/apiserver pkg/authentication/serviceaccount/util.go.</remarks>
internal static class ServiceAccountUsers
{
    private const string Prefix = "system:serviceaccount:";
    private const string AllAccounts = "system:serviceaccounts";

    /// <summary>The user's name, for example <c>system:serviceaccount:default:robot</c>.</summary>
    public static string NameOf(string ns, string account) => $"{Prefix}{ns}:{account}";

    /// <summary>Namespace and name of the account a user is; null for everyone who is none.</summary>
    public static (string Namespace, string Name)? AccountOf(string user) =>
        user.StartsWith(Prefix, StringComparison.Ordinal) && user[Prefix.Length..].Split(':') is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? (ns, name)
            : null;

    /// <summary>The groups that every account of a namespace is in.</summary>
    public static string[] GroupsOf(string ns) => [AllAccounts, $"{AllAccounts}:{ns}"];
}
