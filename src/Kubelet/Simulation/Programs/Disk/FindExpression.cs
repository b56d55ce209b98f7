using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>
/// find's expression: tests and actions joined by "and" (nothing between them), <c>-o</c>, <c>!</c> and brackets. Without an action what passes is
/// printed.
/// </summary>
internal sealed class FindExpression
{
    private delegate ValueTask<bool> Step(FoundFile found);

    private readonly SimProcess _self;
    private readonly List<string> _words;
    private readonly List<(string[] Command, List<string> Paths)> _batches = [];       // those of -exec … +
    private readonly Step _root;
    private int _at;
    private bool _hasAction;

    private FindExpression(SimProcess self, List<string> words)
    {
        (_self, _words) = (self, words);
        var test = words.Count == 0 ? _ => ValueTask.FromResult(true) : Or();
        if (_at < words.Count) throw new FileError($"unrecognized: {words[_at]}");
        _root = _hasAction ? test : async found => await test(found) && await PrintAsync(found, "\n");
    }

    public int MinDepth { get; private set; }
    public int MaxDepth { get; private set; } = int.MaxValue;
    public bool DepthFirst { get; private set; }

    /// <exception cref="FileError">It is none; the message is busybox's.</exception>
    public static FindExpression Parse(SimProcess self, List<string> words) => new(self, words);

    public async ValueTask ApplyAsync(FoundFile found) => await _root(found);

    /// <summary>Runs what was gathered for <c>-exec … +</c>.</summary>
    public async ValueTask FinishAsync()
    {
        foreach (var (command, paths) in _batches.Where(b => b.Paths.Count > 0)) await RunAsync([.. command.SelectMany(w => w == "{}" ? [.. paths] : new[] { w })]);
    }

    private Step Or()
    {
        var steps = new List<Step> { And() };
        while (Take("-o") || Take("-or")) steps.Add(And());
        return Until(steps, true);
    }

    private Step And()
    {
        var steps = new List<Step> { Not() };
        while (_at < _words.Count && _words[_at] is not ("-o" or "-or" or ")"))
        {
            if (!Take("-a")) Take("-and");
            steps.Add(Not());
        }
        return Until(steps, false);
    }

    // One after the other until one answers so.
    private Step Until(List<Step> steps, bool end) => steps is [var only] ? only : async found =>
    {
        foreach (var step in steps)
        {
            await _self.Work.PayAsync(WorkMeter.PerItem);
            if (await step(found) == end) return end;
        }
        return !end;
    };

    private Step Not()
    {
        var isNegated = false;
        while (Take("!") || Take("-not")) isNegated = !isNegated;
        var inner = Primary();
        return isNegated ? async found => !await inner(found) : inner;
    }

    private Step Primary()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (Take("("))
        {
            var inner = Or();
            return Take(")") ? inner : throw new FileError("unpaired '('");
        }
        var word = _at < _words.Count ? _words[_at++] : throw new FileError("bad expression");
        switch (word)
        {
            case "-name" or "-iname":
                var name = Argument(word);
                return Test(f => Matches(name, FileTree.Name(f.Path.Length > 1 ? f.Path.TrimEnd('/') : f.Path), word == "-iname"));
            case "-path" or "-ipath":
                var path = Argument(word);
                return Test(f => Matches(path, f.Path, word == "-ipath"));
            case "-type":
                var type = Argument(word);
                if (!"fdlbcsp".Contains(type, StringComparison.Ordinal) || type.Length != 1) throw new FileError($"invalid argument '{type}' to '-type'");
                return Test(f => type[0] == f.Node switch { DirectoryNode => 'd', SymbolicLink => 'l', DeviceNode => 'c', _ => 'f' });
            case "-size":
                var size = Argument(word);
                var unit = size.EndsWith('c') ? 1 : size.EndsWith('k') ? 1024 : 512;
                return Test(f => Compares(size.TrimEnd('c', 'k', 'b'), (ListFiles.SizeOf(f.Node) + unit - 1) / unit));
            case "-empty":
                return Test(f => f.Node is DirectoryNode d ? d.Children.Count == 0 : f.Node is RegularFile { Length: 0 });
            case "-mmin" or "-mtime":
                var age = Argument(word);
                var span = word == "-mmin" ? TimeSpan.FromMinutes(1) : TimeSpan.FromDays(1);
                return Test(f => Compares(age, (long)((_self.Clock.Now - f.Node.ModifiedAt) / span)));
            case "-newer":
                var other = _self.Files.Demand(Argument(word)).ModifiedAt;
                return Test(f => f.Node.ModifiedAt > other);
            case "-perm":
                var mode = Argument(word);
                var bits = Permissions.Parse(mode.TrimStart('-', '/', '+'), 0, 0) ?? throw new FileError($"invalid mode '{mode}'");
                return Test(f => mode[0] == '-' ? (f.Node.Mode & bits) == bits : mode[0] is '/' or '+' ? (f.Node.Mode & bits) != 0 : f.Node.Mode == bits);
            case "-user":
                var user = Argument(word);
                return Test(f => user == (f.Node.Uid == 0 ? "root" : f.Node.Uid.ToString(CultureInfo.InvariantCulture)));
            case "-maxdepth":
                MaxDepth = Number(word);
                return Test(_ => true);
            case "-mindepth":
                MinDepth = Number(word);
                return Test(_ => true);
            case "-depth":
                DepthFirst = true;
                return Test(_ => true);
            case "-prune":
                return Test(f => f.IsPruned = true);
            case "-print" or "-print0":
                _hasAction = true;
                return found => PrintAsync(found, word == "-print" ? "\n" : "\0");
            case "-delete":
                (_hasAction, DepthFirst) = (true, true);
                return Test(Delete);
            case "-exec":
                _hasAction = true;
                return Execution();
            case "-xdev" or "-follow" or "-H" or "-L":
                return Test(_ => true);
            default:
                throw new FileError($"unrecognized: {word}");
        }
    }

    private Step Execution()
    {
        var end = _words.FindIndex(_at, w => w is ";" or "+");
        if (end < 0) throw new FileError("-exec requires an argument");
        var command = _words[_at..end].ToArray();
        _at = end + 1;
        if (_words[end] == ";")
            return async found => await RunAsync([.. command.Select(w => w.Replace("{}", found.Path, StringComparison.Ordinal))]) == 0;
        var paths = new List<string>();
        _batches.Add((command, paths));
        return Test(found =>
        {
            paths.Add(found.Path);
            return true;
        });
    }

    private async ValueTask<int> RunAsync(string[] command)
    {
        if (command.Length > 0 && Launch.Resolve(_self, command[0]) is not null) return await Launch.RunAsync(_self, "find", command);
        await _self.ErrorAsync($"find: {command.FirstOrDefault()}: No such file or directory");
        return 1;
    }

    private bool Delete(FoundFile found)
    {
        if (found.Path is "." or "..") return true;
        if (found.Node is DirectoryNode && _self.Files.List(found.Path).Count > 0) return false;
        _self.Files.Delete(found.Path);
        return true;
    }

    private async ValueTask<bool> PrintAsync(FoundFile found, string end)
    {
        await _self.WriteAsync(found.Path + end);
        return true;
    }

    private static Step Test(Func<FoundFile, bool> test) => found => ValueTask.FromResult(test(found));

    private static bool Matches(string pattern, string text, bool ignoreCase) =>
        ignoreCase ? ShellPattern.IsMatch(pattern.ToUpperInvariant(), text.ToUpperInvariant()) : ShellPattern.IsMatch(pattern, text);

    // "+3" is more than 3, "-3" less.
    private static bool Compares(string text, long value)
    {
        if (!long.TryParse(text.TrimStart('+', '-'), CultureInfo.InvariantCulture, out var number)) throw new FileError($"invalid number '{text}'");
        return text[0] switch { '+' => value > number, '-' => value < number, _ => value == number };
    }

    private string Argument(string option) => _at < _words.Count ? _words[_at++] : throw new FileError($"{option} requires an argument");

    private int Number(string option) => int.TryParse(Argument(option), CultureInfo.InvariantCulture, out var number) ? number : throw new FileError($"invalid number '{_words[_at - 1]}'");

    private bool Take(string word)
    {
        if (_at >= _words.Count || _words[_at] != word) return false;
        _at++;
        return true;
    }
}
