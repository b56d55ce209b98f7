using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs.Disk;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>test, [ and [[: files, strings, numbers, <c>!</c>, <c>-a</c>, <c>-o</c>, brackets. 2 for what it does not understand.</summary>
internal sealed class Test : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = FileTree.Name(arguments[0]);
        var words = arguments.Skip(1).ToList();
        if (name is "[" or "[[")
        {
            if (words.Count == 0 || words[^1] != (name == "[" ? "]" : "]]"))
            {
                await self.ErrorAsync($"{self.Name}: missing {(name == "[" ? "]" : "]]")}");
                return 2;
            }
            words.RemoveAt(words.Count - 1);
        }
        try
        {
            return new Expression(self, words, patterns: name == "[[").Evaluate() ? 0 : 1;
        }
        catch (FormatException error)
        {
            await self.ErrorAsync($"{self.Name}: {error.Message}");
            return 2;
        }
    }

    private sealed class Expression(SimProcess self, List<string> words, bool patterns)
    {
        private const int MaxDepth = 100;
        private int _at;
        private int _depth;

        public bool Evaluate()
        {
            if (words.Count == 0) return false;
            if (words.Count == 1) return words[0] != "";
            var value = Or();
            return _at == words.Count ? value : throw new FormatException($"{words[_at]}: unknown operand");
        }

        private bool Or()
        {
            if (++_depth > MaxDepth) throw new FormatException("nested too deeply");
            var value = And();
            while (Take("-o")) value |= And();
            _depth--;
            return value;
        }

        private bool And()
        {
            var value = Not();
            while (Take("-a")) value &= Not();
            return value;
        }

        private bool Not()
        {
            var isNegated = false;
            while (words.Count - _at > 1 && words[_at] == "!" && !IsBinary(_at + 1))
            {
                _at++;
                isNegated = !isNegated;
            }
            return Primary() != isNegated;
        }

        private bool Primary()
        {
            if (_at >= words.Count) throw new FormatException("argument expected");
            if (IsBinary(_at + 1))
            {
                if (_at + 2 >= words.Count) throw new FormatException($"{words[_at + 1]}: argument expected");
                return Binary(words[_at++], words[_at++], words[_at++]);
            }
            if (words[_at] == "(" && words.IndexOf(")", _at) > 0)
            {
                _at++;
                var value = Or();
                return Take(")") ? value : throw new FormatException("closing paren expected");
            }
            if (words[_at].Length == 2 && words[_at][0] == '-' && "nzefdhLcsrwxtbpSugkGO".Contains(words[_at][1]))
            {
                if (_at + 1 >= words.Count) throw new FormatException($"{words[_at]}: argument expected");
                return Unary(words[_at++][1], words[_at++]);
            }
            return words[_at++].Length > 0;
        }

        private bool IsBinary(int at) =>
            at > 0 && at < words.Count
            && (words[at] is "=" or "==" or "!=" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge" or "<" or ">" or "-nt" or "-ot" or "-ef" or "=~");

        private bool Binary(string left, string operation, string right) => operation switch
        {
            "=" or "==" => patterns ? ShellPattern.IsMatch(right, left) : left == right,
            "!=" => patterns ? !ShellPattern.IsMatch(right, left) : left != right,
            "=~" => new PosixRegex(self, right, extended: true).IsMatch(left),
            "<" => string.CompareOrdinal(left, right) < 0,
            ">" => string.CompareOrdinal(left, right) > 0,
            "-eq" => Number(left) == Number(right),
            "-ne" => Number(left) != Number(right),
            "-lt" => Number(left) < Number(right),
            "-le" => Number(left) <= Number(right),
            "-gt" => Number(left) > Number(right),
            "-ge" => Number(left) >= Number(right),
            "-nt" => Age(left) > Age(right),
            "-ef" => self.Files.Find(left) is { } node && node == self.Files.Find(right),
            _ => Age(left) < Age(right),
        };

        private bool Unary(char operation, string operand) => operation switch
        {
            'n' => operand.Length > 0,
            'z' => operand.Length == 0,
            'e' => self.Files.Exists(operand),
            'f' => self.Files.Find(operand) is RegularFile,
            'd' => self.Files.Find(operand) is DirectoryNode,
            'h' or 'L' => self.Files.Find(operand, followLast: false) is SymbolicLink,
            'c' => self.Files.Find(operand) is DeviceNode,
            's' => self.Files.Find(operand) is { } node && ListFiles.SizeOf(node) > 0,
            'r' => Allows(operand, 4),
            'w' => Allows(operand, 2),
            'x' => self.Files.Find(operand) is { } node && (node is DirectoryNode || VirtualFileSystem.CanExecute(node, self.User)),
            't' => int.TryParse(operand, out var number) && self.Descriptors.IsOpen(number) && self.Descriptors[number].IsTerminal,
            'u' => HasBit(operand, 0b100_000_000_000),
            'g' => HasBit(operand, 0b010_000_000_000),
            'k' => HasBit(operand, 0b001_000_000_000),
            'O' => self.Files.Find(operand) is { } node && node.Uid == self.User.Uid,
            'G' => self.Files.Find(operand) is { } node && node.Gid == self.User.Gid,
            _ => false,
        };

        private bool HasBit(string path, int bit) => self.Files.Find(path) is { } node && (node.Mode & bit) != 0;

        private bool Allows(string path, int bit) => self.Files.Find(path) is { } node && VirtualFileSystem.Allows(node, self.User, bit);

        private DateTimeOffset Age(string path) => self.Files.Find(path)?.ModifiedAt ?? DateTimeOffset.MinValue;

        private static long Number(string text) =>
            long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{text}: bad number");

        private bool Take(string word)
        {
            if (_at >= words.Count || words[_at] != word) return false;
            _at++;
            return true;
        }
    }
}
