using System.Text;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>The record that is looked at, as a whole and as fields; each is made of the other when it is asked for.</summary>
internal sealed class AwkRecord(Func<string> inputSeparator, Func<string> outputSeparator, Func<string, PosixRegex> compile, Func<string, Exception> fault)
{
    private const int MaxFields = 100_000;
    private readonly List<AwkValue> _fields = [];
    private string _whole = "";
    private bool _isSplit = true, _isWhole = true;

    public int Count
    {
        get
        {
            Split();
            return _fields.Count;
        }
    }

    public AwkValue this[double index]
    {
        get
        {
            if (Number(index) is var i && i == 0) return AwkValue.OfInput(Whole());
            Split();
            return i <= _fields.Count ? _fields[i - 1] : default;
        }
        set
        {
            if (Number(index) is var i && i == 0) Set(value.Text());
            else
            {
                if (i > Count) Resize(i);
                _fields[i - 1] = value;
                _isWhole = false;
            }
        }
    }

    public void Set(string record) => (_whole, _isSplit, _isWhole) = (record, false, true);

    /// <summary>What assigning to NF does.</summary>
    public void Resize(double count)
    {
        var wanted = Number(count);
        Split();
        if (wanted < _fields.Count) _fields.RemoveRange(wanted, _fields.Count - wanted);
        while (_fields.Count < wanted) _fields.Add(AwkValue.Empty);
        _isWhole = false;
    }

    /// <summary>One blank stands for blanks of any kind, any other character for itself, more for a regular expression, nothing parts every character.</summary>
    public static IEnumerable<string> Split(string text, string separator, Func<string, PosixRegex> compile)
    {
        if (text == "") return [];
        if (separator == " ") return text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (separator == "") return text.Select(c => c.ToString());
        if (separator.Length == 1 && separator != "\\") return text.Split(separator[0]);
        var (parts, at) = (new List<string>(), 0);
        foreach (var match in compile(separator).Matches(text).Where(m => m.Length > 0))
        {
            parts.Add(text[at..match.Index]);
            at = match.Index + match.Length;
        }
        parts.Add(text[at..]);
        return parts;
    }

    private int Number(double index) => index is >= 0 and <= MaxFields ? (int)index : throw fault(index < 0 ? "Access to negative field" : "out of memory");

    private void Split()
    {
        if (_isSplit) return;
        _fields.Clear();
        foreach (var part in Split(_whole, inputSeparator(), compile)) _fields.Add(AwkValue.OfInput(part));
        _isSplit = true;
    }

    private string Whole()
    {
        if (_isWhole) return _whole;
        _whole = new StringBuilder().AppendJoin(outputSeparator(), _fields.Select(f => f.Text())).ToString();
        _isWhole = true;
        return _whole;
    }
}
