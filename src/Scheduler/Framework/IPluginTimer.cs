namespace MiniK8s.Scheduler.Framework;

/// <summary>Measures single calls of plugins, in the cycles that have one (<see cref="CycleState.Timer"/>).</summary>
internal interface IPluginTimer
{
    /// <summary>The moment, for <see cref="End"/>.</summary>
    long Begin();

    /// <summary>The plugin has answered.</summary>
    void End(long began, IPlugin plugin, ExtensionPoint point, StatusCode status);
}
