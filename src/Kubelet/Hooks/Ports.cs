using System.Globalization;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.Kubelet.Hooks;

/// <summary>Ports as hooks and probes name them: a number, or the name of one of the container's ports.</summary>
internal static class Ports
{
    /// <summary>Null when there is no such port, or the number is not one of 1–65535.</summary>
    public static int? Resolve(IntOrString? port, Container container)
    {
        if (port is null) return null;
        var number = port.Type == 0 ? port.IntVal
            : container.Ports.FirstOrDefault(p => p.Name == port.StrVal)?.ContainerPort_
            ?? (int.TryParse(port.StrVal, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0);
        return number is >= 1 and <= 65535 ? number : null;
    }
}
