using System.CommandLine;

namespace MiniK8s.Lab.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> Data() => new("--data")
    {
        Description = "The lab's folder: data, certificates, logs, kubeconfig, lab.json",
        DefaultValueFactory = _ => ".lab",
    };
}
