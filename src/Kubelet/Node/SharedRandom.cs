namespace MiniK8s.Kubelet.Node;

/// <summary>Chance for the jitter of many loops at once; the plain one is not for several threads.</summary>
internal sealed class SharedRandom : Random
{
    private readonly Lock _gate = new();
    private readonly Random _random = new();        // under the gate

    public override double NextDouble()
    {
        lock (_gate) return _random.NextDouble();
    }

    public override int Next()
    {
        lock (_gate) return _random.Next();
    }

    public override int Next(int maxValue)
    {
        lock (_gate) return _random.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        lock (_gate) return _random.Next(minValue, maxValue);
    }
}
