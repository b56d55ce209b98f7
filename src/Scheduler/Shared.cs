namespace MiniK8s.Scheduler;

/// <summary>One object for all that are equal, so that many holders keep one. What comes from here must not be changed. For one thread.</summary>
/// <param name="most">So many are remembered; then it begins anew, and those given out before are only no longer shared with later ones.</param>
internal sealed class Shared<T>(int most)
    where T : notnull
{
    private readonly HashSet<T> _known = [];

    public T Of(T value)
    {
        if (_known.TryGetValue(value, out var known)) return known;
        if (_known.Count == most) _known.Clear();
        _known.Add(value);
        return value;
    }
}
