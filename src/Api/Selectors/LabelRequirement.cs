using System.Globalization;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;

namespace MiniK8s.Api.Selectors;

/// <summary>One condition on one label. Made only from valid parts.</summary>
public sealed class LabelRequirement
{
    private readonly string[] _values;

    private LabelRequirement(string key, LabelOperator op, string[] values)
    {
        Key = key;
        Operator = op;
        _values = values;
    }

    /// <summary>The label's key.</summary>
    public string Key { get; }

    /// <summary>The condition.</summary>
    public LabelOperator Operator { get; }

    /// <summary>What it is compared to; empty for Exists and DoesNotExist.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>A requirement of these parts.</summary>
    /// <exception cref="SelectorException">They are not valid together.</exception>
    public static LabelRequirement Create(string key, LabelOperator op, IEnumerable<string> values)
    {
        string[] list = [.. values];
        var errors = Validate(key, op, list);
        return errors.Any ? throw new SelectorException(errors.ToString()) : new(key, op, list);
    }

    /// <summary>True when the labels meet the condition.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In or LabelOperator.Equal or LabelOperator.DoubleEqual => has && _values.Contains(value),
            LabelOperator.NotIn or LabelOperator.NotEqual => !has || !_values.Contains(value),
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            LabelOperator.GreaterThan => has && TryInteger(value!, out var number) && number > Integer(_values[0]),
            LabelOperator.LessThan => has && TryInteger(value!, out var number) && number < Integer(_values[0]),
            _ => throw new InvalidOperationException($"unknown operator {Operator}"),
        };
    }

    /// <summary>The condition in the string form of selectors.</summary>
    public override string ToString() => Operator switch
    {
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => "!" + Key,
        LabelOperator.In => $"{Key} in ({string.Join(',', _values.Order(StringComparer.Ordinal))})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', _values.Order(StringComparer.Ordinal))})",
        LabelOperator.Equal => $"{Key}={_values[0]}",
        LabelOperator.DoubleEqual => $"{Key}=={_values[0]}",
        LabelOperator.NotEqual => $"{Key}!={_values[0]}",
        LabelOperator.GreaterThan => $"{Key}>{_values[0]}",
        LabelOperator.LessThan => $"{Key}<{_values[0]}",
        _ => throw new InvalidOperationException($"unknown operator {Operator}"),
    };

    internal static FieldError? ValidateKey(string key, FieldPath path) =>
        NameRules.QualifiedName(key) is { Count: > 0 } errors ? FieldError.Invalid(path, key, string.Join("; ", errors)) : null;

    private static FieldErrorList Validate(string key, LabelOperator op, string[] values)
    {
        var errors = new FieldErrorList();
        if (ValidateKey(key, FieldPath.Of("key")) is { } badKey) errors.Add(badKey);
        var path = FieldPath.Of("values");
        if (CountError(op, values) is { } message) errors.Add(FieldError.Invalid(path, new GoValue(GoText.StringSlice(values)), message));
        for (var i = 0; i < values.Length; i++)
        {
            if (op is LabelOperator.GreaterThan or LabelOperator.LessThan && !TryInteger(values[i], out _))
                errors.Add(FieldError.Invalid(path.Index(i), values[i], "for 'Gt', 'Lt' operators, the value must be an integer"));
        }
        for (var i = 0; i < values.Length; i++)
        {
            if (NameRules.LabelValue(values[i]) is { Count: > 0 } bad)
                errors.Add(FieldError.Invalid(path.Index(i).Key(key), values[i], string.Join("; ", bad)));
        }
        return errors;
    }

    private static string? CountError(LabelOperator op, string[] values) => op switch
    {
        LabelOperator.In or LabelOperator.NotIn => values.Length == 0 ? "for 'in', 'notin' operators, values set can't be empty" : null,
        LabelOperator.Exists or LabelOperator.DoesNotExist => values.Length != 0 ? "values set must be empty for exists and does not exist" : null,
        LabelOperator.GreaterThan or LabelOperator.LessThan => values.Length != 1 ? "for 'Gt', 'Lt' operators, exactly one value is required" : null,
        _ => values.Length != 1 ? "exact-match compatibility requires one single value" : null,
    };

    private static bool TryInteger(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private static long Integer(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
