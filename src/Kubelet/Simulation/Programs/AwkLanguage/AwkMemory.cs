using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>Variables and arrays; the process holds what they take.</summary>
internal sealed class AwkMemory(SimProcess self)
{
    private const long BytesPerValue = 100;
    private readonly Dictionary<string, AwkValue> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, AwkValue>> _arrays = new(StringComparer.Ordinal);

    public AwkValue this[string name]
    {
        get => _variables.GetValueOrDefault(name);
        set
        {
            var more = (long)value.Length - this[name].Length;
            if (more != 0) self.Hold(sizeof(char) * more);
            _variables[name] = value;
        }
    }

    public string Text(string name) => this[name].Text();

    public Dictionary<string, AwkValue> Array(string name) => _arrays.TryGetValue(name, out var array) ? array : _arrays[name] = new(StringComparer.Ordinal);

    public bool IsArray(string name) => _arrays.ContainsKey(name);

    /// <summary>An element that is asked for is there from then on.</summary>
    public AwkValue Element(string array, string index)
    {
        if (!Array(array).TryGetValue(index, out var value)) SetElement(array, index, value);
        return value;
    }

    public void SetElement(string array, string index, AwkValue value)
    {
        var elements = Array(array);
        self.Hold(elements.TryGetValue(index, out var old) ? sizeof(char) * ((long)value.Length - old.Length) : SizeOf(index, value));
        elements[index] = value;
    }

    public void Remove(string array, string index)
    {
        if (Array(array).Remove(index, out var old)) self.Hold(-SizeOf(index, old));
    }

    public void Clear(string array)
    {
        foreach (var index in Array(array).Keys.ToList()) Remove(array, index);
    }

    private static long SizeOf(string index, AwkValue value) => BytesPerValue + (sizeof(char) * ((long)index.Length + value.Length));
}
