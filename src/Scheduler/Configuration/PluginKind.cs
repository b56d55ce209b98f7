using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>A plugin that profiles can name: what it is, which arguments it takes, how it is made. One is made per profile.</summary>
/// <param name="Type">Its class, whose interfaces say where it can stand.</param>
/// <param name="ArgumentsType">The record of its arguments; null where it takes none.</param>
internal sealed record PluginKind(string Name, Type Type, Type? ArgumentsType, Func<object?, PluginContext, IPlugin> Make)
{
    public static PluginKind Of<TPlugin>(string name, Func<PluginContext, TPlugin> make)
        where TPlugin : IPlugin => new(name, typeof(TPlugin), null, (_, context) => make(context));

    public static PluginKind Of<TPlugin, TArguments>(string name, Func<TArguments, PluginContext, TPlugin> make)
        where TPlugin : IPlugin
        where TArguments : class, IPluginArguments => new(name, typeof(TPlugin), typeof(TArguments), (arguments, context) => make((TArguments)arguments!, context));

    /// <summary>Whether it can stand there.</summary>
    public bool Extends(ExtensionPoint point) => Type.IsAssignableTo(point.Type);
}
