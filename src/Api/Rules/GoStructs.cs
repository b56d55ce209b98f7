using System.Globalization;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Rules;

/// <summary>Structs as Go prints them (<c>%#v</c>) where Kubernetes' messages show a whole one.</summary>
/// <remarks>Go shows the address of what a pointer in a struct points to; no two servers agree on it, and here it is <see cref="Pointer"/>.</remarks>
internal static class GoStructs
{
    /// <summary>Stands for an address.</summary>
    public const string Pointer = "0xc000000000";

    /// <summary>Labels; none are nil.</summary>
    public static GoValue Labels(IEnumerable<KeyValuePair<string, string>> labels) =>
        new(labels.Any() ? GoText.StringMap(labels) : "map[string]string(nil)");

    /// <summary>A label selector.</summary>
    public static GoValue? Selector(LabelSelector? selector) => selector is null ? null : new(
        $"v1.LabelSelector{{MatchLabels:{Labels(selector.MatchLabels)}, MatchExpressions:{Expressions(selector.MatchExpressions)}}}");

    /// <summary>A number or percentage.</summary>
    public static GoValue Either(IntOrString value) =>
        new($"intstr.IntOrString{{Type:{value.Type}, IntVal:{value.IntVal}, StrVal:{GoText.Quote(value.StrVal)}}}");

    /// <summary>An update strategy: its type, and a pointer to how a rolling one goes.</summary>
    public static GoValue Strategy(string type, string value, string rollingType, bool hasRolling) =>
        new($"apps.{type}{{Type:{GoText.Quote(value)}, RollingUpdate:{Reference("apps." + rollingType, hasRolling)}}}");

    /// <summary>A pointer: nil, or the address.</summary>
    public static string Reference(string type, bool isSet) => $"(*{type})({(isSet ? Pointer : "nil")})";

    /// <summary>A list of words of a named type.</summary>
    public static GoValue Words(string type, IReadOnlyCollection<string> words) =>
        new(words.Count == 0 ? $"[]{type}(nil)" : $"[]{type}{{{string.Join(", ", words.Select(GoText.Quote))}}}");

    /// <summary>An amount: its digits as an integer, and the power of ten they are multiplied by.</summary>
    /// <remarks>
    /// text  | value       | scale | format
    /// ------+-------------+-------+------------------
    /// 0     | 0           | 0     | DecimalSI
    /// -500m | -500        | -3    | DecimalSI
    /// -1Gi  | -1073741824 | 0     | BinarySI
    /// -2e3  | -2          | 3     | DecimalExponent
    /// </remarks>
    public static GoValue Quantity(string text)
    {
        var digits = text.Length - text.TrimStart('-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9').Length;
        var (value, suffix, format) = (Int128.Parse(text[..digits], CultureInfo.InvariantCulture), text[digits..], Quantities.Quantity.Parse(text).Format);
        var power = format == QuantityFormat.DecimalExponent && suffix.Length > 0 ? int.Parse(suffix[1..], CultureInfo.InvariantCulture)
            : suffix.Length == 1 ? 3 * ("num kMGTPE".IndexOf(suffix[0], StringComparison.Ordinal) - 3)
            : 0;
        if (suffix.EndsWith('i')) value <<= 10 * (1 + "KMGTPE".IndexOf(suffix[0], StringComparison.Ordinal));
        return new($"resource.Quantity{{i:resource.int64Amount{{value:{value}, scale:{power}}}, d:resource.infDecAmount{{Dec:(*inf.Dec)(nil)}}, "
            + $"s:{GoText.Quote(text)}, Format:{GoText.Quote(format.ToString())}}}");
    }

    private static string Expressions(IReadOnlyCollection<LabelSelectorRequirement> expressions) =>
        expressions.Count == 0 ? "[]v1.LabelSelectorRequirement(nil)" : $"[]v1.LabelSelectorRequirement{{{string.Join(", ", expressions.Select(Expression))}}}";

    private static string Expression(LabelSelectorRequirement expression) =>
        $"v1.LabelSelectorRequirement{{Key:{GoText.Quote(expression.Key)}, Operator:{GoText.Quote(expression.Operator)}, Values:{Words("string", expression.Values)}}}";
}
