"""What the page shows and says: the widget, its wire, and plotly's figures."""
