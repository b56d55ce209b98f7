using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MiniK8s.Api.Validation;

/// <summary>What names, labels and their like may look like. Each rule gives its complaints in Kubernetes' words; none means valid.</summary>
/// <remarks>Source: apimachinery util/validation of Kubernetes 1.32; lengths are in bytes of UTF-8 although the text says characters.</remarks>
public static partial class NameRules
{
    private const string Label1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string Subdomain1123 = Label1123 + @"(\." + Label1123 + ")*";
    private const string Label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string Qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelText = "(" + Qualified + ")?";
    private const string ConfigKey = "[-._a-zA-Z0-9]+";

    /// <summary>Longest subdomain, and longest name of most objects.</summary>
    public const int MaxSubdomainLength = 253;

    /// <summary>Longest label and label value.</summary>
    public const int MaxLabelLength = 63;

    /// <summary>RFC 1123 subdomain: names of Pods, Nodes and most else.</summary>
    public static IReadOnlyList<string> Subdomain(string value) =>
        Check(value, MaxSubdomainLength, Subdomain1123Regex(), Frame(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            Subdomain1123, "example.com"));

    /// <summary>RFC 1123 label: names of Namespaces, containers and volumes.</summary>
    public static IReadOnlyList<string> Label(string value)
    {
        var isSubdomain = Subdomain1123Regex().IsMatch(value);
        return Check(value, MaxLabelLength, Label1123Regex(), isSubdomain ? "must not contain dots" : Frame(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            Label1123, "my-name", "123-abc"));
    }

    /// <summary>RFC 1035 label: names of Services.</summary>
    public static IReadOnlyList<string> Dns1035Label(string value) =>
        Check(value, MaxLabelLength, Label1035Regex(), Frame(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
            Label1035, "my-name", "abc-123"));

    /// <summary>Value of a label.</summary>
    public static IReadOnlyList<string> LabelValue(string value) =>
        Check(value, MaxLabelLength, LabelTextRegex(), Frame(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            LabelText, "MyValue", "my_value", "12345"));

    /// <summary>Key of a label or annotation, name of a resource or taint: <c>[prefix/]name</c>.</summary>
    public static IReadOnlyList<string> QualifiedName(string value)
    {
        var parts = value.Split('/');
        if (parts.Length > 2)
        {
            return [Frame("a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
                Qualified, "MyName", "my.name", "123-abc") + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }
        List<string> errors = [];
        if (parts.Length == 2)
        {
            if (parts[0].Length == 0) errors.Add("prefix part must be non-empty");
            else errors.AddRange(Subdomain(parts[0]).Select(error => "prefix part " + error));
        }
        var name = parts[^1];
        if (name.Length == 0) errors.Add("name part must be non-empty");
        else if (Encoding.UTF8.GetByteCount(name) > MaxLabelLength) errors.Add("name part " + MaxLength(MaxLabelLength));
        if (!QualifiedRegex().IsMatch(name))
        {
            errors.Add("name part " + Frame("must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
                Qualified, "MyName", "my.name", "123-abc"));
        }
        return errors;
    }

    /// <summary>Key in a ConfigMap or Secret, and the file it becomes.</summary>
    public static IReadOnlyList<string> ConfigMapKey(string value)
    {
        List<string> errors = [.. Check(value, MaxSubdomainLength, ConfigKeyRegex(), Frame(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'", ConfigKey, "key.name", "KEY_NAME", "key-name"))];
        if (value == ".") errors.Add("must not be '.'");
        if (value == "..") errors.Add("must not be '..'");
        else if (value.StartsWith("..", StringComparison.Ordinal)) errors.Add("must not start with '..'");
        return errors;
    }

    /// <summary>Name of an environment variable: anything that prints, but no '='.</summary>
    public static IReadOnlyList<string> EnvironmentVariable(string value) =>
        value.Length > 0 && value.All(c => c is >= ' ' and <= '~' and not '=')
            ? []
            : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

    /// <summary>Name of a port.</summary>
    public static IReadOnlyList<string> PortName(string value)
    {
        List<string> errors = [];
        if (value.Length > 15) errors.Add(MaxLength(15));
        if (!PortNameRegex().IsMatch(value)) errors.Add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        if (!value.Any(char.IsAsciiLetterLower)) errors.Add("must contain at least one letter (a-z)");
        if (value.Contains("--", StringComparison.Ordinal)) errors.Add("must not contain consecutive hyphens");
        if (value.StartsWith('-') || value.EndsWith('-')) errors.Add("must not begin or end with a hyphen");
        return errors;
    }

    /// <summary>Number of a port.</summary>
    public static IReadOnlyList<string> PortNumber(long port) => port is >= 1 and <= 65535 ? [] : [InclusiveRange(1, 65535)];

    /// <summary>Name in a path, such as that of a Role.</summary>
    public static IReadOnlyList<string> PathSegment(string value)
    {
        if (value is "." or "..") return [$"may not be '{value}'"];
        List<string> errors = [];
        if (value.Contains('/', StringComparison.Ordinal)) errors.Add("may not contain '/'");
        if (value.Contains('%', StringComparison.Ordinal)) errors.Add("may not contain '%'");
        return errors;
    }

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static IReadOnlyList<string> IpAddress(string value) =>
        IsIpAddress(value) ? [] : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"];

    /// <summary>True for an address as Kubernetes accepts one: four decimal bytes, or IPv6 without a zone.</summary>
    public static bool IsIpAddress(string value) =>
        value.Contains(':', StringComparison.Ordinal)
            ? !value.Contains('%', StringComparison.Ordinal) && !value.Contains('[', StringComparison.Ordinal) && System.Net.IPAddress.TryParse(value, out _)
            : Ipv4Regex().IsMatch(value);

    /// <summary><c>must be no more than 63 characters</c></summary>
    public static string MaxLength(int length) => string.Create(CultureInfo.InvariantCulture, $"must be no more than {length} characters");

    /// <summary><c>must be between 1 and 65535, inclusive</c></summary>
    public static string InclusiveRange(long low, long high) => string.Create(CultureInfo.InvariantCulture, $"must be between {low} and {high}, inclusive");

    /// <summary>A rule that also allows a hyphen at the end, since more will be appended: for generateName.</summary>
    public static IReadOnlyList<string> AsPrefix(Func<string, IReadOnlyList<string>> rule, string value) =>
        rule(value.Length > 1 && value.EndsWith('-') ? value[..^1] + "a" : value);

    private static IReadOnlyList<string> Check(string value, int maxLength, Regex regex, string sentence)
    {
        List<string> errors = [];
        if (Encoding.UTF8.GetByteCount(value) > maxLength) errors.Add(MaxLength(maxLength));
        if (!regex.IsMatch(value)) errors.Add(sentence);
        return errors;
    }

    // With several examples there are two blanks before "or": that is how real servers print it.
    private static string Frame(string sentence, string regex, params string[] examples) =>
        $"{sentence} (e.g. {string.Join(" or ", examples.Select(example => $"'{example}', "))}regex used for validation is '{regex}')";

    [GeneratedRegex("^" + Label1123 + @"\z")]
    private static partial Regex Label1123Regex();

    [GeneratedRegex("^" + Subdomain1123 + @"\z")]
    private static partial Regex Subdomain1123Regex();

    [GeneratedRegex("^" + Label1035 + @"\z")]
    private static partial Regex Label1035Regex();

    [GeneratedRegex("^" + Qualified + @"\z")]
    private static partial Regex QualifiedRegex();

    [GeneratedRegex("^" + LabelText + @"\z")]
    private static partial Regex LabelTextRegex();

    [GeneratedRegex("^" + ConfigKey + @"\z")]
    private static partial Regex ConfigKeyRegex();

    [GeneratedRegex(@"^[-a-z0-9]+\z")]
    private static partial Regex PortNameRegex();

    [GeneratedRegex(@"^(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}\z")]
    private static partial Regex Ipv4Regex();
}
