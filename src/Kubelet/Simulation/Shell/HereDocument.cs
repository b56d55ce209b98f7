namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>A here-document whose body comes after the line it was announced in.</summary>
internal sealed class HereDocument(string delimiter, bool isQuoted, bool stripTabs)
{
    public string Delimiter { get; } = delimiter;
    public bool IsQuoted { get; } = isQuoted;
    public bool StripTabs { get; } = stripTabs;
    public Word Body { get; set; } = new([]);
}
