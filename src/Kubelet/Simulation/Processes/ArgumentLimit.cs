namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>How much execve(2) takes: 2 MiB in all with the environment, a quarter of a stack of 8, and 128 KiB a string [Linux fs/exec.c, MAX_ARG_STRLEN].</summary>
internal static class ArgumentLimit
{
    private const int MaxString = 128 << 10;
    private const int MaxTotal = 2 << 20;
    private const int BytesPerString = 9;       // the pointer to it, and the zero at its end

    public static bool Allows(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var total = 0L;
        foreach (var argument in arguments)
        {
            if (argument.Length >= MaxString) return false;
            total += argument.Length + BytesPerString;
        }
        foreach (var (name, value) in environment)
        {
            if (name.Length + value.Length >= MaxString) return false;
            total += name.Length + value.Length + BytesPerString;
        }
        return total <= MaxTotal;
    }
}
