using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>echo: <c>-n -e -E</c>, and escapes only with <c>-e</c>, as busybox's.</summary>
internal sealed class Echo : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (newLine, escapes, i) = (true, false, 1);
        for (; i < arguments.Count && arguments[i].Length > 1 && arguments[i][0] == '-' && arguments[i].AsSpan(1).IndexOfAnyExcept("neE") < 0; i++)
        {
            if (arguments[i].Contains('n')) newLine = false;
            if (arguments[i].Contains('e')) escapes = true;
        }
        var text = string.Join(' ', arguments.Skip(i));
        var ended = false;
        if (escapes) (text, ended) = Escapes.Expand(text, inEcho: true);
        await self.WriteAsync(newLine && !ended ? text + "\n" : text);
        return 0;
    }
}
