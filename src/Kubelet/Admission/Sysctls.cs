using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Admission;

/// <summary>The kernel settings that a pod may ask for: those that stay within it [pkg/kubelet/sysctl/allowlist.go, safe_sysctls.go].</summary>
internal static class Sysctls
{
    private static readonly HashSet<string> _safe =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    /// <summary>Null when all of them may be set.</summary>
    public static Refusal? Check(PodSpec spec)
    {
        foreach (var sysctl in spec.SecurityContext?.Sysctls ?? [])
        {
            var name = Normal(sysctl.Name);
            if (!_safe.Contains(name)) return new("SysctlForbidden", $"forbidden sysctl: \"{name}\" not allowlisted");
            if (spec.HostNetwork && name.StartsWith("net.", StringComparison.Ordinal)) return Host(name, "Net");
            if (spec.HostIpc && name.StartsWith("kernel.", StringComparison.Ordinal)) return Host(name, "IPC");
        }
        return null;
    }

    private static Refusal Host(string name, string space) => new("SysctlForbidden", $"forbidden sysctl: \"{name}\" not allowed with host {space} enabled");

    // As sysctl(8): the first separator says which of the two the name is written with.
    private static string Normal(string name)
    {
        var first = name.AsSpan().IndexOfAny('.', '/');
        return first < 0 || name[first] == '.' ? name : string.Concat(name.Select(letter => letter switch { '/' => '.', '.' => '/', _ => letter }));
    }
}
