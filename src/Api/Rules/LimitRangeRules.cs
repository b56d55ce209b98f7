using System.Globalization;

using Google.Protobuf.Collections;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Quantities;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Rules;

/// <summary>LimitRanges. Source: pkg/apis/core/validation and defaults of Kubernetes 1.32.</summary>
/// <remarks>Resources are looked at in alphabetical order; there the order is that of a map.</remarks>
internal sealed class LimitRangeRules : ObjectRules<LimitRange>
{
    private const string Container = "Container";
    private const string Pod = "Pod";
    private const string Claim = "PersistentVolumeClaim";
    private const string Storage = "storage";

    private static readonly FieldPath Limits = FieldPath.Of("spec", "limits");

    // A limit that is given is also the request, and a bound that is given is also the default.
    protected override void Default(LimitRange value)
    {
        foreach (var item in value.Spec.Limits.Where(item => item.Type == Container))
        {
            Complete(item.Default, item.Max);
            Complete(item.DefaultRequest, item.Default);
            Complete(item.DefaultRequest, item.Min);
        }
    }

    protected override void Check(LimitRange value, FieldErrorList errors)
    {
        HashSet<string> types = [];
        for (var i = 0; i < value.Spec.Limits.Count; i++)
        {
            var (item, at) = (value.Spec.Limits[i], Limits.Index(i));
            TypeName(item.Type, at.Child("type"), errors);
            if (!types.Add(item.Type)) errors.Add(FieldError.Duplicate(at.Child("type"), item.Type));
            Names(item, at, errors);
            foreach (var name in Resources(item)) new Bounds(item, name, at, errors).Check();
        }
    }

    private static void Complete(MapField<string, string> target, MapField<string, string> source)
    {
        foreach (var (name, amount) in source)
            if (!target.ContainsKey(name)) target[name] = amount;
    }

    private static void TypeName(string type, FieldPath path, FieldErrorList errors)
    {
        var messages = NameRules.QualifiedName(type);
        errors.AddInvalid(path, type, messages);
        if (messages.Count == 0 && !type.Contains('/', StringComparison.Ordinal) && type is not (Pod or Container or Claim))
            errors.Add(FieldError.Invalid(path, type, "must be a standard limit type or fully qualified"));
    }

    private static void Names(LimitRangeItem item, FieldPath path, FieldErrorList errors)
    {
        Names(item, item.Max, path.Child("max"), errors);
        Names(item, item.Min, path.Child("min"), errors);
        if (item.Type == Pod)
        {
            const string NotForPods = "may not be specified when `type` is 'Pod'";
            if (item.Default.Count > 0) errors.Add(FieldError.Forbidden(path.Child("default"), NotForPods));
            if (item.DefaultRequest.Count > 0) errors.Add(FieldError.Forbidden(path.Child("defaultRequest"), NotForPods));
        }
        else
        {
            Names(item, item.Default, path.Child("default"), errors);
            Names(item, item.DefaultRequest, path.Child("defaultRequest"), errors);
        }
        if (item.Type == Claim && !item.Min.ContainsKey(Storage) && !item.Max.ContainsKey(Storage))
        {
            errors.Add(FieldError.Required(
                path.Child("limits"), "either minimum or maximum storage value is required, but neither was provided"));
        }
        Names(item, item.MaxLimitRequestRatio, path.Child("maxLimitRequestRatio"), errors);
    }

    private static void Names(LimitRangeItem item, MapField<string, string> amounts, FieldPath path, FieldErrorList errors)
    {
        foreach (var name in amounts.Keys.Order(StringComparer.Ordinal))
            ResourceValidation.Name(name, isOfContainers: item.Type is Pod or Container, path.Key(name), errors);
    }

    private static IEnumerable<string> Resources(LimitRangeItem item)
    {
        IEnumerable<string> defaults = item.Type == Pod ? [] : item.Default.Keys.Concat(item.DefaultRequest.Keys);
        return item.Max.Keys.Concat(item.Min.Keys).Concat(defaults).Concat(item.MaxLimitRequestRatio.Keys).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>What the bounds of one resource must be to each other.</summary>
    private sealed class Bounds(LimitRangeItem item, string name, FieldPath path, FieldErrorList errors)
    {
        private readonly Quantity? _min = Amount(item.Min, name);
        private readonly Quantity? _max = Amount(item.Max, name);
        private readonly Quantity? _default = item.Type == Pod ? null : Amount(item.Default, name);
        private readonly Quantity? _request = item.Type == Pod ? null : Amount(item.DefaultRequest, name);
        private readonly Quantity? _ratio = Amount(item.MaxLimitRequestRatio, name);

        public void Check()
        {
            NotAbove(_min, "min", "min value", _max, "max value");
            NotAbove(_min, "defaultRequest", "min value", _request, "default request value", shown: _request);
            NotAbove(_request, "defaultRequest", "default request value", _max, "max value");
            NotAbove(_request, "defaultRequest", "default request value", _default, "default limit value");
            NotAbove(_min, "default", "min value", _default, "default value");
            NotAbove(_default, "default", "default value", _max, "max value", shown: _max);
            if (_ratio is { } ratio) Ratio(ratio);
            if (!ResourceValidation.MayOvercommit(name) && _default is { } limit && _request is { } request && limit != request)
                Add("defaultRequest", request, $"default value {limit} must equal to defaultRequest value {request} in {name}");
        }

        private void NotAbove(Quantity? low, string field, string lowName, Quantity? high, string highName, Quantity? shown = null)
        {
            if (low is { } small && high is { } large && small > large)
                Add(field, shown ?? small, $"{lowName} {small} is greater than {highName} {large}");
        }

        private void Ratio(Quantity ratio)
        {
            if (ratio < Quantity.FromUnits(1)) Add("maxLimitRequestRatio", ratio, $"ratio {ratio} is less than 1");
            if (_min is not { } min || _max is not { } max) return;
            var limit = (double)max.Nanos / (double)min.Nanos;
            if ((double)ratio.Nanos / (double)Quantity.FromUnits(1).Nanos <= limit) return;
            Add("maxLimitRequestRatio", ratio, string.Create(CultureInfo.InvariantCulture, $"ratio {ratio} is greater than max/min = {limit:F6}"));
        }

        private void Add(string field, Quantity shown, string detail) =>
            errors.Add(FieldError.Invalid(path.Child(field).Key(name), shown.ToString(), detail));

        private static Quantity? Amount(MapField<string, string> amounts, string name) =>
            amounts.TryGetValue(name, out var text) ? Quantity.Parse(text) : null;
    }
}
