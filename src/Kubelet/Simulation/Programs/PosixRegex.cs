using System.Diagnostics;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>A POSIX regular expression as one of .NET's, which cannot hang a thread and whose use the process pays for.</summary>
/// <remarks>
/// <code>
/// expression                       | engine                      | a match of n characters costs
/// ---------------------------------+-----------------------------+------------------------------------------------
/// without repetition or choice     | backtracking, never far     | n
/// with them                        | all states at once          | n for every 16 places that the expression has
/// refers back to a group           | backtracking, 400 ms in all | what it took
/// more than 2,000 places, or a text of more than 64 Mi by places: it is refused
/// </code>
/// </remarks>
internal sealed class PosixRegex
{
    private const int MaxPlaces = 2000, PlacesPerUnit = 16;
    private const int CheapCompilation = 2000, Compilation = 25_000;       // see WorkMeter
    private const int CharactersPerMicrosecond = 64;
    private const long MaxWork = 64 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);
    private readonly SimProcess _self;
    private readonly Regex _regex;
    private readonly long _places;
    private readonly bool _mayBacktrack;
    private TimeSpan _spent;

    /// <param name="self">Who pays.</param>
    /// <param name="pattern">The expression.</param>
    /// <param name="extended">
    /// Basic syntax: <c>\(</c>, <c>\|</c>, <c>\+</c> are special and the bare ones are not; extended: the other way round, as in .NET.
    /// </param>
    /// <param name="ignoreCase">Upper and lower case are one.</param>
    /// <exception cref="FileError">It is none, or too big.</exception>
    public PosixRegex(SimProcess self, string pattern, bool extended, bool ignoreCase = false)
    {
        var text = PosixSyntax.Translate(pattern, extended);
        var places = PosixSyntax.Places(text);
        if (places > MaxPlaces) throw new FileError($"bad regex '{pattern}': Regular expression too big");
        var isSimple = PosixSyntax.IsSimple(text);
        (_self, _places) = (self, isSimple ? 1 : places);
        self.Work.Add(isSimple ? CheapCompilation : Compilation + (100 * places));
        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            _regex = new Regex(text, isSimple ? options : options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            (_regex, _mayBacktrack) = (new Regex(text, options, Limit), true);
        }
        catch (ArgumentException)
        {
            throw new FileError($"bad regex '{pattern}'");
        }
    }

    private static FileError TooLong => new("regular expression takes too long");

    public bool IsMatch(string text) => Use(text, static (regex, text) => regex.IsMatch(text));

    public Match Match(string text) => Use<Match>(text, static (regex, text) => regex.Match(text));

    public Match[] Matches(string text) => Use(text, static (regex, text) => regex.Matches(text).ToArray<Match>());

    public string Replace(string text, MatchEvaluator by) => Use(text, (regex, text) => regex.Replace(text, by));

    private T Use<T>(string text, Func<Regex, string, T> use)
    {
        _self.Work.Add(WorkMeter.PerItem + (text.Length * (1 + (_places / PlacesPerUnit))));
        if (text.Length * _places > MaxWork || _spent > Limit) throw TooLong;
        if (!_mayBacktrack) return use(_regex, text);
        var began = Stopwatch.GetTimestamp();
        try
        {
            return use(_regex, text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooLong;
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(began);
            _spent += took;
            _self.Work.Add((long)took.TotalMicroseconds * CharactersPerMicrosecond);
        }
    }
}
