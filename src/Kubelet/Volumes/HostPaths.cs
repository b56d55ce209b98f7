using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Volumes;

/// <summary>What a hostPath's type demands of the path [pkg/volume/hostpath].</summary>
/// <remarks>
/// type              | absent                        | present
/// ------------------+-------------------------------+--------------------
/// (none)            | taken as it comes             | taken
/// DirectoryOrCreate | made, 0755                    | must be a directory
/// Directory         | refused                       | must be a directory
/// FileOrCreate      | made empty, 0644              | must be a file
/// File              | refused                       | must be a file
/// Socket and devices| refused                       | refused: the tree has none
/// </remarks>
internal static class HostPaths
{
    /// <exception cref="VolumeException">The path is not what the type demands.</exception>
    public static void Prepare(INodeFiles files, HostPathVolumeSource host)
    {
        var kind = files.KindOf(host.Path);
        switch (host.Type)
        {
            case "DirectoryOrCreate":
                if (kind == NodePathKind.None) files.CreateDirectory(host.Path, 0b111_101_101);
                else Demand(kind == NodePathKind.Directory, host.Path, "a directory");
                break;
            case "Directory":
                Demand(kind == NodePathKind.Directory, host.Path, "a directory");
                break;
            case "FileOrCreate":
                if (kind == NodePathKind.None) files.WriteFile(host.Path, ReadOnlyMemory<byte>.Empty);
                else Demand(kind == NodePathKind.File, host.Path, "a file");
                break;
            case "File":
                Demand(kind == NodePathKind.File, host.Path, "a file");
                break;
            case "Socket":
                Demand(false, host.Path, "a socket file");
                break;
            case "CharDevice":
                Demand(false, host.Path, "a character device");
                break;
            case "BlockDevice":
                Demand(false, host.Path, "a block device");
                break;
        }
    }

    private static void Demand(bool holds, string path, string what)
    {
        if (!holds) throw new VolumeException($"hostPath type check failed: {path} is not {what}");
    }
}
