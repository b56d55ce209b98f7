using System.Text.RegularExpressions;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Puts a name in angle brackets for everything that differs from run to run on any cluster, and leaves out what kubectl does by chance.</summary>
/// <param name="folder">The folder a session runs in.</param>
/// <param name="anywhere">Whether it is left open, too, on which node something happens, and how often it has been repeated by then.</param>
internal sealed partial class Normaliser(string folder, bool anywhere = false)
{
    // In this order: what comes first is no longer there for the later ones.
    private static readonly (Regex Pattern, string Name)[] Names =
    [
        (EarlyMessage(), ""),
        (Token(), "<token>"),
        (Uid(), "<uid>"),
        (ContainerId(), "<id>"),
        (Hash(), "<hash>"),
        (DiffFolder(), "<$1>"),
        (Timestamp(), "<time>"),
        (Date(), "<time>"),
        (DiffTime(), "<time>"),
        (ResourceVersion(), "$1<version>"),
        (PodAddress(), "<pod-ip>"),
        (ClusterAddress(), "<cluster-ip>"),
        (LocalPort(), "127.0.0.1:<port>"),
        (ForwardedPort(), "$1<port>"),
        (Repeats(), "(x<n> over <age>)"),
        (Age(), "<age>"),
        (PullTimes(), "in <span> (<span> including waiting)"),
        (NodePort(), "$1:<node-port>/"),
        (GeneratedName(), "-<random>"),
        (ClientVersion(), "Client Version: v1.32.<patch>"),
    ];

    /// <summary>The text with every such place named; applying it twice changes nothing more.</summary>
    public string Apply(string text)
    {
        var named = Names.Aggregate(text.Replace(folder, "<folder>", StringComparison.Ordinal), (rest, step) => step.Pattern.Replace(rest, step.Name));
        return anywhere ? Node().Replace(named, "<node>").Replace(" (x<n> over <age>)", "", StringComparison.Ordinal) : named;
    }

    // A server's first, empty message on a stream can be there before kubectl has made the stream: on a busy machine it complains now and then.
    [GeneratedRegex(@"^E\d{4} [^\n]*Unknown stream id \d, discarding message\n?", RegexOptions.Multiline)]
    private static partial Regex EarlyMessage();

    [GeneratedRegex(@"\beyJ[\w-]+\.[\w-]+\.[\w-]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")]
    private static partial Regex Uid();

    [GeneratedRegex(@"(?<!sha256:)\b[0-9a-f]{64}\b")]
    private static partial Regex ContainerId();

    [GeneratedRegex(@"(?<=sha256:)[0-9a-f]{64}\b")]
    private static partial Regex Hash();

    [GeneratedRegex(@"/tmp/(LIVE|MERGED)-\d+")]
    private static partial Regex DiffFolder();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")]
    private static partial Regex Date();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}")]
    private static partial Regex DiffTime();

    [GeneratedRegex(@"(resourceVersion""?: ?""|Resource Version: +)\d+")]
    private static partial Regex ResourceVersion();

    [GeneratedRegex(@"\bnode-\d+\b")]
    private static partial Regex Node();

    [GeneratedRegex(@"\b10\.244\.\d+\.\d+\b")]
    private static partial Regex PodAddress();

    [GeneratedRegex(@"\b10\.96\.\d+\.\d+\b")]
    private static partial Regex ClusterAddress();

    [GeneratedRegex(@"\b127\.0\.0\.1:\d+")]
    private static partial Regex LocalPort();

    [GeneratedRegex(@"(Handling connection for )\d+")]
    private static partial Regex ForwardedPort();

    [GeneratedRegex(@"\(x\d+ over \w+\)")]
    private static partial Regex Repeats();

    // Alone between the gaps of a table, or in front of "ago": a period in running text is what somebody has set. Three digits before an m are
    // thousandths of a processor.
    [GeneratedRegex(@"(?<=^|\s{2}|\()(\d{1,3}s|\d{1,2}m(\d+s)?|\d+[hd](\d+[mh])?)(?=\s{2}|$| ago\)| \(x)", RegexOptions.Multiline)]
    private static partial Regex Age();

    [GeneratedRegex(@"in \S+s \(\S+s including waiting\)")]
    private static partial Regex PullTimes();

    [GeneratedRegex(@"\b(\d+):3[0-2]\d{3}/")]
    private static partial Regex NodePort();

    // The letters that the names of a server and of kubectl are drawn from.
    [GeneratedRegex(@"-[bcdfghjklmnpqrstvwxz2456789]{5}\b")]
    private static partial Regex GeneratedName();

    [GeneratedRegex(@"Client Version: v1\.32\.\d+\S*")]
    private static partial Regex ClientVersion();
}
