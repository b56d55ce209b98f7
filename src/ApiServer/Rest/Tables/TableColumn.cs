namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>One column of a kind's table.</summary>
/// <param name="Name">As the client prints it, before it upper-cases it.</param>
/// <param name="Description">One sentence on what the cells say.</param>
/// <param name="Type">string, integer, boolean or date.</param>
/// <param name="Format">"name" on the column that names the object, else "".</param>
/// <param name="Priority">0: always shown; 1: only in the wide form.</param>
internal sealed record TableColumn(string Name, string Description, string Type = "string", string Format = "", int Priority = 0)
{
    /// <summary>The object's name, first in nearly every table.</summary>
    public static TableColumn ObjectName { get; } = new("Name", "The object's name, unique among its kind in its namespace.", Format: "name");

    /// <summary>Time since creation.</summary>
    public static TableColumn Age { get; } = new("Age", "The time since the object was created.");

    /// <summary>This column, shown in the wide form only.</summary>
    public TableColumn Wide() => this with { Priority = 1 };
}
