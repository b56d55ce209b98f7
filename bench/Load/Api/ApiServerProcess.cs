using System.Diagnostics;
using System.Globalization;

using MiniK8s.ClusterKit;

namespace MiniK8s.Load.Api;

/// <summary>The lab's apiserver, seen from outside.</summary>
internal sealed class ApiServerProcess(Lab lab) : IDisposable
{
    private const string Allocated = "dotnet_gc_heap_total_allocated_total";
    private readonly RestClient _rest = new(lab.Kubeconfig);
    private readonly int _pid = lab.Pids()["apiserver"];

    /// <summary>Where it serves gRPC without TLS.</summary>
    public Uri Grpc { get; } = new($"http://127.0.0.1:{lab.PortOf("apiserver", "insecure-grpc-port")}");

    /// <summary>CPU time since its start, kernel included.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using var process = Process.GetProcessById(_pid);
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The most memory it had resident since its start, in MiB (VmHWM of proc(5)).</summary>
    public long PeakMebibytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.AsSpan(6, line.Length - 6 - 3), NumberStyles.Integer, CultureInfo.InvariantCulture) >> 10;
        }
    }

    /// <summary>Bytes of managed objects made since its start, as of its last few hundred kilobytes.</summary>
    public async Task<double> AllocatedAsync()
    {
        var metrics = (await _rest.SendAsync(HttpMethod.Get, "/metrics", null, "")).Body;
        var line = metrics.Split('\n').First(line => line.StartsWith(Allocated, StringComparison.Ordinal) && !line.StartsWith('#'));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    public void Dispose() => _rest.Dispose();
}
