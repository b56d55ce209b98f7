using System.Text;

namespace MiniK8s.Hosting.Flags;

/// <summary>One name in its four spellings: property <c>EtcdServers</c>, flag <c>--etcd-servers</c>, <c>MINIK8S_ETCD_SERVERS</c>, JSON <c>etcdServers</c>.</summary>
public static class FlagName
{
    /// <summary>What the variables' names begin with.</summary>
    public const string EnvironmentPrefix = "MINIK8S_";

    /// <summary>The form in which all spellings are equal: lower case, letters and digits only.</summary>
    public static string Normalize(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>The flag of a property, without the dashes before it: <c>etcd-servers</c>.</summary>
    public static string Of(string property)
    {
        var text = new StringBuilder(property.Length + 4);
        for (var i = 0; i < property.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(property[i]) && (!char.IsUpper(property[i - 1]) || (i + 1 < property.Length && char.IsLower(property[i + 1])));
            if (startsWord) text.Append('-');
            text.Append(char.ToLowerInvariant(property[i]));
        }
        return text.ToString();
    }
}
