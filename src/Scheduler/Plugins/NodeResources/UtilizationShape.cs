using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>A curve of straight pieces from use in percent to a score of 0 to 100.</summary>
/// <remarks>
/// Of the points (0, 0) and (100, 10): 40 % in use is a score of 40. Before the first point and behind the last it runs level. Integers
/// throughout, each piece truncated toward zero. Source: pkg/scheduler/framework/plugins/helper/shape_score.go.
/// </remarks>
internal sealed class UtilizationShape(IReadOnlyList<UtilizationShapePoint> points)
{
    private const int MaxUtilization = 100;
    private const int MaxScore = 10;

    private readonly (long Use, long Score)[] _points = [.. points.Select(point => ((long)point.Utilization, point.Score * (Scores.Max / MaxScore)))];

    /// <summary>The score at that use.</summary>
    public long At(long use)
    {
        for (var i = 0; i < _points.Length; i++)
        {
            if (use > _points[i].Use) continue;
            if (i == 0) return _points[0].Score;
            var (from, to) = (_points[i - 1], _points[i]);
            return from.Score + (to.Score - from.Score) * (use - from.Use) / (to.Use - from.Use);
        }
        return _points[^1].Score;
    }

    /// <summary>Notes what makes a list of points no curve.</summary>
    public static void Check(IReadOnlyList<UtilizationShapePoint> shape, FieldPath path, FieldErrorList errors)
    {
        if (shape.Count == 0) errors.Add(FieldError.Required(path, "at least one point must be specified"));
        var unsorted = Enumerable.Range(1, int.Max(0, shape.Count - 1)).FirstOrDefault(i => shape[i - 1].Utilization >= shape[i].Utilization);
        if (unsorted > 0) errors.Add(FieldError.Invalid(path.Index(unsorted).Child("utilization"), shape[unsorted].Utilization, "values must be sorted in increasing order"));
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i].Utilization is < 0 or > MaxUtilization)
                errors.Add(FieldError.Invalid(path.Index(i).Child("utilization"), shape[i].Utilization, $"not in valid range [0, {MaxUtilization}]"));
            if (shape[i].Score is < 0 or > MaxScore) errors.Add(FieldError.Invalid(path.Index(i).Child("score"), shape[i].Score, $"not in valid range [0, {MaxScore}]"));
        }
    }
}
