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

    /// <summary>What is wrong with a port that <see cref="Resolve"/> does not find.</summary>
    public static string Invalid(IntOrString? port, Container container) => port switch
    {
        null => "invalid port number: 0",
        { Type: 0 } => $"invalid port number: {port.IntVal}",
        _ when int.TryParse(port.StrVal, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) => $"invalid port number: {number}",
        _ => $"couldn't find port: {port.StrVal} for container: {container.Name}",
    };
}
