using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>What a profile's <c>pluginConfig</c> may say to a plugin. A record whose properties have their defaults; their names are those of the file.</summary>
internal interface IPluginArguments
{
    /// <summary>Notes everything that is wrong with them.</summary>
    void Check(FieldPath path, FieldErrorList errors);
}
