using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>Answers Range from a view: pick by key and revision, filter, sort, cut.</summary>
/// <remarks>
/// What may surprise is etcd's own: <c>count</c> is of the whole range whatever the limit and the revision filters say;
/// without a sort order a limit is applied before a sort by anything but the key; <c>more</c> is judged after the filters.
/// Equal sort keys stay in key order (etcd leaves that open).
/// </remarks>
internal static class RangeReader
{
    /// <summary>The answer, its header holding the view's revision alone; refused when the revision is compacted or in the future.</summary>
    public static Outcome<RangeResponse> Read(ReadView view, RangeRequest request)
    {
        if (view.CheckReadable(request.Revision) is { } refusal) return refusal;

        var response = new RangeResponse { Header = new ResponseHeader { Revision = view.Revision } };
        var found = Pick(view, request, out var count);
        response.Count = count;
        if (request.CountOnly) return response;

        Filter(found, request);
        Sort(found, request);
        response.More = request.Limit > 0 && found.Count > request.Limit;
        if (response.More) found.RemoveRange((int)request.Limit, found.Count - (int)request.Limit);
        response.Kvs.AddRange(request.KeysOnly ? found.Select(version => version.ReadWithoutValue()) : found.Select(version => version.Read()));
        return response;
    }

    private static List<KeyVersion> Pick(ReadView view, RangeRequest request, out long count)
    {
        var revision = request.Revision > 0 ? request.Revision : view.Revision;
        var room = request.CountOnly ? 0 : RoomFor(request);
        var found = new List<KeyVersion>();
        var total = 0L;
        view.Tree.Visit(KeyRange.From(request.Key, request.RangeEnd), history =>
        {
            if (!history.ExistsAt(revision)) return true;
            total++;
            if (found.Count < room) found.Add(history.At(revision)!);
            return true;
        });
        count = total;
        return found;
    }

    // One more than asked for tells whether there are more; sorting and filtering need all.
    private static long RoomFor(RangeRequest request)
    {
        var needsAll = request.SortOrder != RangeRequest.Types.SortOrder.None
            || request.MinModRevision != 0 || request.MaxModRevision != 0
            || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;
        return needsAll || request.Limit is <= 0 or long.MaxValue ? long.MaxValue : request.Limit + 1;
    }

    private static void Filter(List<KeyVersion> found, RangeRequest request)
    {
        if (request.MaxModRevision != 0) found.RemoveAll(kv => kv.ModRevision > request.MaxModRevision);
        if (request.MinModRevision != 0) found.RemoveAll(kv => kv.ModRevision < request.MinModRevision);
        if (request.MaxCreateRevision != 0) found.RemoveAll(kv => kv.CreateRevision > request.MaxCreateRevision);
        if (request.MinCreateRevision != 0) found.RemoveAll(kv => kv.CreateRevision < request.MinCreateRevision);
    }

    private static void Sort(List<KeyVersion> found, RangeRequest request)
    {
        var isDescending = request.SortOrder == RangeRequest.Types.SortOrder.Descend;
        if (request.SortTarget == RangeRequest.Types.SortTarget.Key && !isDescending) return;     // they come so

        Comparison<KeyVersion>? compare = request.SortTarget switch
        {
            RangeRequest.Types.SortTarget.Key => (a, b) => Keys.Compare(a.Key, b.Key),
            RangeRequest.Types.SortTarget.Version => (a, b) => a.Number.CompareTo(b.Number),
            RangeRequest.Types.SortTarget.Create => (a, b) => a.CreateRevision.CompareTo(b.CreateRevision),
            RangeRequest.Types.SortTarget.Mod => (a, b) => a.ModRevision.CompareTo(b.ModRevision),
            RangeRequest.Types.SortTarget.Value => (a, b) => Keys.Compare(a.Read().Value, b.Read().Value),
            _ => null,      // a target from a later API: leave them in key order
        };
        if (compare is null) return;

        var order = Comparer<KeyVersion>.Create(compare);
        KeyVersion[] sorted = isDescending ? [.. found.OrderDescending(order)] : [.. found.Order(order)];     // both keep equals in order
        found.Clear();
        found.AddRange(sorted);
    }
}
