using System.Text;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>
/// Scripts that nobody would write, the same ones for the same seed: half of them grown from the shell's grammar, half of them good ones (of
/// <paramref name="corpus"/>) with bytes changed, cut out, doubled and swapped.
/// </summary>
internal sealed class ScriptFuzzer(int seed, IReadOnlyList<string> corpus)
{
    private const int MaxDepth = 4;
    private static readonly string[] Names = ["a", "b", "c", "f", "d", "d/f", "nothing", "/", ".", "..", "/tmp", "/etc/passwd", "/dev/null", "/proc/1/status", "-", "--", "''", "/dev/zero"];
    private static readonly string[] Numbers = ["0", "1", "2", "-1", "7", "99999999999999999999", "0x10", "010", "3.5", "1000000"];
    private static readonly string[] Programs =
    [
        "echo", "printf", "cat", "tail", "head", "grep", "sed", "wc", "sort", "sleep", "date", "test", "[", "expr", "seq", "true", "false", "ls", "mkdir", "touch", "rm", "cp", "mv",
        "chmod", "chown", "id", "whoami", "hostname", "env", "ps", "top", "kill", "pgrep", "pkill", "killall", "ping", "nslookup", "wget", "nc", "cut", "tr", "uniq", "tee", "xargs",
        "find", "stat", "dd", "ln", "readlink", "basename", "dirname", "timeout", "tac", "rev", "nl", "base64", "md5sum", "awk", "mktemp", "truncate", "tar", "du", "df", "yes", "sh",
    ];
    private static readonly string[] Builtins =
    [
        ":", ".", "break", "continue", "return", "exit", "cd", "command", "type", "eval", "export", "readonly", "local", "unset", "set", "shift", "read", "trap", "wait", "jobs", "let",
        "umask", "getopts", "alias", "unalias", "hash", "exec", "[[",
    ];
    private static readonly string[] Options = ["-n", "-e", "-r", "-f", "-c", "-l", "-a", "-x", "-u", "-k", "-t", "-s", "-i", "-1", "-E", "-d", "-p", "-R", "-v", "-o", "+x", "-h", "--"];
    private static readonly string[] Texts =
    [
        "abc", "'a b'", "\"x $a y\"", "s/a/b/g", "'s/\\(a\\)/\\1\\1/'", "'\\('", "'[a-'", "'/a/,$d'", "':x;bx'", "'%s %d\\n'", "'%999999d'", "'a*b*c'", "'(a*)*b'", "{}", "';'", "'\\n\\t\\0'",
        "+%s", "'{print $1}'", "1,3p", "u+x", "777", "=", "-eq", "!", "(", ")", "]", "TERM", "9", "EXIT", "127.0.0.1", "localhost:80",
    ];
    private readonly Random _random = new(seed);

    public string Next() => _random.Next(2) == 0 ? Grown() : Mutated();

    private string Grown()
    {
        var script = new StringBuilder();
        for (var lines = _random.Next(1, 5); lines > 0; lines--) script.Append(Command(0)).Append(Pick("\n", "; ", " & ", " && ", " || ", " | ", "\n"));
        return script.ToString();
    }

    private string Mutated()
    {
        var text = new StringBuilder(corpus[_random.Next(corpus.Count)]);
        for (var changes = _random.Next(1, 6); changes > 0 && text.Length > 0; changes--)
        {
            var at = _random.Next(text.Length);
            var length = int.Min(_random.Next(1, 12), text.Length - at);
            switch (_random.Next(5))
            {
                case 0:
                    text[at] = (char)_random.Next(1, 128);
                    break;
                case 1:
                    text.Remove(at, length);
                    break;
                case 2:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 3:
                    text.Insert(at, Pick("$", "`", "\"", "'", "(", ")", "{", "}", "\\", "|", "&", ";", "<", ">", "\n", "$((", "${", "$(", "<<E\n", "[", "]", "*", "#", "%"));
                    break;
                default:
                    var other = corpus[_random.Next(corpus.Count)];
                    text.Insert(at, other[..int.Min(other.Length, 40)]);
                    break;
            }
        }
        return text.ToString();
    }

    private string Command(int depth)
    {
        if (depth >= MaxDepth) return Simple(depth);
        return _random.Next(14) switch
        {
            0 => $"if {Command(depth + 1)}; then {Command(depth + 1)}; else {Command(depth + 1)}; fi",
            1 => $"while {Command(depth + 1)}; do {Command(depth + 1)}; {Pick("break", ":", "sleep 1")}; done",
            2 => $"for x in {Words(depth)}; do {Command(depth + 1)}; done",
            3 => $"case {Word(depth)} in {Pick("*", "a*", "[a-z]", "?", "'*'")}) {Command(depth + 1)};; *) {Command(depth + 1)};; esac",
            4 => $"({Command(depth + 1)})",
            5 => $"{{ {Command(depth + 1)}; }}",
            6 => $"{Command(depth + 1)} | {Command(depth + 1)}",
            7 => $"f() {{ {Command(depth + 1)}; }}; f {Words(depth)}",
            8 => $"{Command(depth + 1)} &",
            9 => $"cat <<E\n{Word(depth)}\nE\n",
            10 => $"until {Command(depth + 1)}; do {Command(depth + 1)}; break; done",
            _ => Simple(depth),
        };
    }

    private string Simple(int depth)
    {
        var command = _random.Next(5) == 0 ? $"{Pick("a", "b", "IFS", "PATH", "x")}={Word(depth)} " : "";
        command += _random.Next(3) == 0 ? Pick(Builtins) : Pick(Programs);
        command += " " + Words(depth);
        if (_random.Next(4) == 0) command += $" {Pick(">", ">>", "<", "2>", "2>&1", ">&2", "<&3", ">&-", "<>")} {Pick(Names)}";
        return command;
    }

    private string Words(int depth) => string.Join(' ', Enumerable.Range(0, _random.Next(5)).Select(_ => Word(depth)));

    private string Word(int depth) => _random.Next(16) switch
    {
        0 or 1 => Pick(Names),
        2 => Pick(Numbers),
        3 or 4 => Pick(Options),
        5 or 6 or 7 => Pick(Texts),
        8 => $"\"${Pick("a", "b", "@", "*", "#", "?", "1", "IFS")}\"",
        9 => "$" + Pick("a", "b", "@", "*", "#", "?", "!", "$", "1", "x"),
        10 => $"${{{Pick("a", "b", "x", "u")}{Pick(":-", "-", ":=", ":+", ":?", "#", "##", "%", "%%", "/", "//", ":")}{Pick("a", "*", "b*", "1", "?", "x/y", "")}}}",
        11 when depth < MaxDepth => $"$({Command(depth + 2)})",
        12 => $"$(({Pick("1", "a", "x")} {Pick("+", "-", "*", "/", "%", "<<", "**", "=", "&&", "?")} {Pick("2", "b", "0", "(1)", "-1")}))",
        13 => Pick("*", "?", "[a-z]*", "*/*", "~", "~/x"),
        14 when depth < MaxDepth => $"`{Command(depth + 2)}`",
        _ => Pick("x", "yy", "\"\"", "'it'", "a=b", "\\x"),
    };

    private string Pick(params string[] from) => from[_random.Next(from.Length)];
}
