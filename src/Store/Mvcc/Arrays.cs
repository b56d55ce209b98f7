namespace MiniK8s.Store.Mvcc;

/// <summary>Changed copies of arrays that others read.</summary>
internal static class Arrays
{
    /// <summary>The items with one more, at the index.</summary>
    public static T[] With<T>(T[] items, int index, T item)
    {
        var copy = new T[items.Length + 1];
        Array.Copy(items, copy, index);
        copy[index] = item;
        Array.Copy(items, index, copy, index + 1, items.Length - index);
        return copy;
    }

    /// <summary>The items with another at the index.</summary>
    public static T[] Replace<T>(T[] items, int index, T item)
    {
        var copy = (T[])items.Clone();
        copy[index] = item;
        return copy;
    }

    /// <summary>The items but the one at the index.</summary>
    public static T[] Without<T>(T[] items, int index)
    {
        var copy = new T[items.Length - 1];
        Array.Copy(items, copy, index);
        Array.Copy(items, index + 1, copy, index, copy.Length - index);
        return copy;
    }
}
