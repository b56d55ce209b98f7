using System.Reflection;

using Google.Protobuf;

using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What the generated messages lack when only their interface is known.</summary>
internal static class ApiObjectExtensions
{
    private static readonly MethodInfo CloneOf =
        typeof(ApiObjectExtensions).GetMethod(nameof(Clone), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, Func<IApiObject, IApiObject>> Cloners = new();

    /// <summary>A deep copy.</summary>
    public static T Copy<T>(this T obj) where T : class, IApiObject =>
        (T)Cloners.GetOrAdd(obj.GetType(), static type => CloneOf.MakeGenericMethod(type).CreateDelegate<Func<IApiObject, IApiObject>>())(obj);

    private static IApiObject Clone<T>(IApiObject obj) where T : class, IApiObject, IDeepCloneable<T> => ((IDeepCloneable<T>)obj).Clone();
}
