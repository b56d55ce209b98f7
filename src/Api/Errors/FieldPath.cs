using System.Globalization;

namespace MiniK8s.Api.Errors;

/// <summary>Where in an object a field is: <c>spec.containers[0].resources.limits[cpu]</c>.</summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string _step;
    private readonly bool _isSubscript;

    private FieldPath(FieldPath? parent, string step, bool isSubscript)
    {
        _parent = parent;
        _step = step;
        _isSubscript = isSubscript;
    }

    /// <summary>The path of a top-level field.</summary>
    public static FieldPath Of(string name) => new(null, name, isSubscript: false);

    /// <summary>A top-level field, then its child.</summary>
    public static FieldPath Of(string name, string child) => Of(name).Child(child);

    /// <summary>A field of this one.</summary>
    public FieldPath Child(string name) => new(this, name, isSubscript: false);

    /// <summary>An element of this list.</summary>
    public FieldPath Index(int index) => new(this, index.ToString(CultureInfo.InvariantCulture), isSubscript: true);

    /// <summary>An entry of this map; the key stands in brackets without quotes.</summary>
    public FieldPath Key(string key) => new(this, key, isSubscript: true);

    /// <summary>The path as errors show it.</summary>
    public override string ToString()
    {
        if (_parent is null) return _step;
        return _isSubscript ? $"{_parent}[{_step}]" : $"{_parent}.{_step}";
    }
}
