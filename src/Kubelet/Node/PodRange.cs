using System.Globalization;

namespace MiniK8s.Kubelet.Node;

/// <summary>Which pod address range a node has. It follows from the name alone, so that kubelets in different processes need not agree on it.</summary>
/// <remarks>node-7 has the range 7; a name without a number, or with too large a one, has one drawn from its letters. Two such names may meet.</remarks>
internal static class PodRange
{
    private const uint Ranges = 3072;

    public static int NumberOf(string node)
    {
        var digits = node.AsSpan(node.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1);
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Ranges) return number;
        var hash = 2166136261u;
        foreach (var letter in node) hash = (hash ^ letter) * 16777619u;
        return (int)(hash % Ranges);
    }
}
