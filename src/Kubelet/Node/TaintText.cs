using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>Taints as flags write them: <c>key=value:effect</c>, or <c>key:effect</c> [pkg/util/taints].</summary>
internal static class TaintText
{
    /// <summary>Null when it is none.</summary>
    public static Taint? Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0) return null;
        var (name, effect) = (text[..colon].Split('=', 2), text[(colon + 1)..]);
        return name[0].Length > 0 && effect is Tolerations.NoSchedule or Tolerations.PreferNoSchedule or Tolerations.NoExecute
            ? new Taint { Key = name[0], Value = name.Length > 1 ? name[1] : "", Effect = effect }
            : null;
    }
}
